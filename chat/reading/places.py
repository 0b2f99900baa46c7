"""Where people come home from: Wuhan, the rest of Hubei, and elsewhere; without it "从黄冈" would say nothing of Hubei."""

WUHAN = ("武汉", "汉口", "武昌", "汉阳", "wuhan", "hankou", "wuchang", "hanyang")

HUBEI = {
    "黄石": "Huangshi", "十堰": "Shiyan", "宜昌": "Yichang", "襄阳": "Xiangyang", "襄樊": "Xiangfan", "鄂州": "Ezhou",
    "荆门": "Jingmen", "孝感": "Xiaogan", "荆州": "Jingzhou", "黄冈": "Huanggang", "咸宁": "Xianning", "随州": "Suizhou",
    "恩施": "Enshi", "仙桃": "Xiantao", "潜江": "Qianjiang", "天门": "Tianmen", "神农架": "Shennongjia",
    "麻城": "Macheng", "红安": "Hong'an", "罗田": "Luotian", "英山": "Yingshan", "浠水": "Xishui", "蕲春": "Qichun",
    "黄梅": "Huangmei", "武穴": "Wuxue", "团风": "Tuanfeng", "大冶": "Daye", "赤壁": "Chibi", "钟祥": "Zhongxiang",
    "京山": "Jingshan", "汉川": "Hanchuan", "应城": "Yingcheng", "安陆": "Anlu", "大悟": "Dawu", "云梦": "Yunmeng",
    "孝昌": "Xiaochang", "洪湖": "Honghu", "石首": "Shishou", "松滋": "Songzi", "监利": "Jianli", "枝江": "Zhijiang",
    "宜都": "Yidu", "当阳": "Dangyang", "秭归": "Zigui", "老河口": "Laohekou", "枣阳": "Zaoyang", "宜城": "Yicheng",
    "丹江口": "Danjiangkou", "郧西": "Yunxi", "广水": "Guangshui", "利川": "Lichuan", "通城": "Tongcheng",
}  # fmt: skip
"""The prefectures of Hubei, and the counties from which many come home; the province's name is no city."""
HUBEI_ITSELF = ("湖北", "hubei")

CITIES = {
    "北京": "Beijing", "上海": "Shanghai", "天津": "Tianjin", "重庆": "Chongqing", "石家庄": "Shijiazhuang", "太原": "Taiyuan",
    "沈阳": "Shenyang", "大连": "Dalian", "长春": "Changchun", "哈尔滨": "Harbin", "南京": "Nanjing", "苏州": "Suzhou",
    "无锡": "Wuxi", "常州": "Changzhou", "徐州": "Xuzhou", "连云港": "Lianyungang", "杭州": "Hangzhou", "宁波": "Ningbo",
    "温州": "Wenzhou", "义乌": "Yiwu", "嘉兴": "Jiaxing", "台州": "Taizhou", "合肥": "Hefei", "蚌埠": "Bengbu",
    "福州": "Fuzhou", "厦门": "Xiamen", "泉州": "Quanzhou", "南昌": "Nanchang", "九江": "Jiujiang", "济南": "Jinan",
    "青岛": "Qingdao", "烟台": "Yantai", "潍坊": "Weifang", "临沂": "Linyi", "淄博": "Zibo", "日照": "Rizhao",
    "威海": "Weihai", "济宁": "Jining", "泰安": "Tai'an", "德州": "Dezhou", "聊城": "Liaocheng", "菏泽": "Heze",
    "滨州": "Binzhou", "东营": "Dongying", "枣庄": "Zaozhuang", "郑州": "Zhengzhou", "洛阳": "Luoyang", "信阳": "Xinyang",
    "南阳": "Nanyang", "商丘": "Shangqiu", "开封": "Kaifeng", "长沙": "Changsha", "岳阳": "Yueyang", "广州": "Guangzhou",
    "深圳": "Shenzhen", "东莞": "Dongguan", "佛山": "Foshan", "珠海": "Zhuhai", "惠州": "Huizhou", "南宁": "Nanning",
    "桂林": "Guilin", "海口": "Haikou", "三亚": "Sanya", "成都": "Chengdu", "绵阳": "Mianyang", "贵阳": "Guiyang",
    "昆明": "Kunming", "拉萨": "Lhasa", "西安": "Xi'an", "兰州": "Lanzhou", "西宁": "Xining", "银川": "Yinchuan",
    "乌鲁木齐": "Urumqi", "呼和浩特": "Hohhot", "包头": "Baotou", "香港": "Hong Kong", "澳门": "Macau", "台北": "Taipei",
}  # fmt: skip
PROVINCES = (
    "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖南", "广东", "海南", "四川",
    "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙", "广西", "西藏", "宁夏", "新疆", "国外", "henan", "hunan", "guangdong",
    "zhejiang", "jiangsu", "anhui", "jiangxi", "sichuan", "hebei", "abroad",
)  # fmt: skip
"""Surely elsewhere, but no city."""
