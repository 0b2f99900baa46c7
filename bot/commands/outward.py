"""The outward channels a config switches on; without it a town's WeCom groups and hooks would be addresses with nobody behind."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.config import Config
from bot.gateways import Gateway
from bot.gateways.hook import Hook, HookGateway
from bot.gateways.wecom_robot import WecomRobotGateway


def outward_hosts(config: Config) -> Mapping[str, str]:
    """The host each outward channel posts to, by the place in the config that names it; WeCom's only when a robot is
    addressed, since its default stands in every config."""
    hosts = {f"[[hooks]] {hook.name} url": urlsplit(hook.url).hostname or "" for hook in config.outward.hooks}
    if config.outward.robots:
        hosts["[wecom] api_base_url"] = urlsplit(config.wecom_base_url).hostname or ""
    return hosts


def outward_gateways(config: Config) -> dict[str, Gateway]:
    """A gateway for the robots and one for the hooks, as far as the config has any."""
    gateways: dict[str, Gateway] = {}
    if config.outward.robots:
        gateways["wecom-robot"] = WecomRobotGateway(config.wecom_base_url, config.town.locale)
    if config.outward.hooks:
        hooks = [Hook(hook.name, hook.url, hook.secret) for hook in config.outward.hooks]
        gateways["hook"] = HookGateway(hooks, config.town.key)
    return gateways
