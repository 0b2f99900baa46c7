// A page that is one phone.

import { mountPhone, openStream } from "./phone.js";

const element = document.getElementById("phone");
const { chat, sender, title, role, locale, other } = element.dataset;
const words = JSON.parse(element.dataset.words);
const links = [{ label: words.language, href: `${location.pathname}?lang=${other}`, lang: other }];
if (chat === sender) links.push({ label: words.my_link, href: `/p/${sender}`, why: words.my_link_why });

const phone = mountPhone(element, { chat, sender, title, role, locale, words, links });
openStream([chat], { as: sender, onLetter: phone.receive, onState: phone.setOnline });
