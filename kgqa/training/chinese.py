"""The words of made questions in Chinese."""

from __future__ import annotations

from kgqa.training.templates import Adjective, Templates, listed

_LARGE = Adjective("大", "最大", "小", "最小")
_HIGH = Adjective("高", "最高", "低", "最低")
_HEAVY = Adjective("重", "最重", "轻", "最轻")

CHINESE = Templates(
    along=("{x}的{r}", "{x}的{r}", "{x}{r}"),
    against=("{r}是{x}的{c}", "{r}为{x}的{c}", "以{x}为{r}的{c}"),
    asks=("{a}是什么？", "{a}是谁？", "{a}是哪个？", "请问{a}是什么？", "你知道{a}是什么吗？", "{a}有哪些？", "{a}？"),
    asks_who=("{a}是谁？", "谁是{a}？", "{a}是哪位？"),
    asks_back=("哪些{c}的{r}是{x}？", "{x}是哪个{c}的{r}？", "{r}是{x}的{c}有哪些？", "{x}是谁的{r}？"),
    has=("{r}是{x}", "{r}为{x}", "以{x}为{r}"),
    is_of=("是{x}的{r}", "属于{x}的{r}"),
    has_both=("{r}既有{x}又有{y}", "{r}包括{x}和{y}"),
    is_of_both=("同时是{x}和{y}的{r}", "既是{x}的{r}又是{y}的{r}"),
    has_not=("{r}不是{x}", "{r}不为{x}"),
    is_not_of=("不是{x}的{r}", "不属于{x}的{r}"),
    vague_not=("不在{x}", "不属于{x}"),
    placed=(),
    not_placed=(),
    where=(),
    not_where=(),
    counts=("{x}有多少个{r}？", "{x}的{r}有几个？", "{x}的{r}一共有多少个？"),
    counts_back=("有多少个{c}的{r}是{x}？", "{r}是{x}的{c}有几个？"),
    shared=("哪些{c}{a}，并且{b}？", "{a}而且{b}的{c}有哪些？", "哪个{c}既{a}又{b}？"),
    same=("和{x}的{r}相同的{many}", "与{x}有相同{r}的{many}", "跟{x}有一样的{r}的{many}"),
    tests=("{y}是{x}的{r}吗？", "{x}的{r}是不是{y}？", "{x}的{r}是{y}吗？"),
    largest=("{a}的{c}中，哪个{m}最大？", "{a}的{c}里{m}最高的是哪个？"),
    smallest=("{a}的{c}中，哪个{m}最小？", "{a}的{c}里{m}最低的是哪个？"),
    things=("东西", "事物", "对象"),
    narrowed=("{r}是{x}的{c}", "{r}为{x}的{c}"),
    narrowed_of=("是{x}的{r}的{c}",),
    vague=("{x}的{c}", "{x}{c}"),
    either=("哪些{many}{a}或者{y}？", "{a}或{y}的{many}有哪些？"),
    except_=("哪些{many}的{r}是{x}但不是{y}？", "{r}是{x}而不是{y}的{many}有哪些？"),
    except_of=("哪些{many}是{x}的{r}但不是{y}的{r}？", "是{x}的{r}但不是{y}的{r}的{many}有哪些？"),
    except_other=("哪些{many}的{r}是{x}但{q}不是{y}？", "{r}是{x}而{q}不是{y}的{many}有哪些？"),
    but_not=("哪些{many}{a}但{b}？", "{a}但{b}的{many}有哪些？", "哪些{many}{a}，却{b}？"),
    lacking=("哪些{many}{b}？", "{b}的{many}有哪些？"),
    which=("哪些{many}{a}？", "{a}的{many}有哪些？", "哪个{one}{a}？"),
    unlike=("哪些{many}的{r}不是{y}？", "{r}不是{y}的{many}有哪些？"),
    unlike_of=("哪些{many}不是{y}的{r}？", "不是{y}的{r}的{many}有哪些？"),
    flagged=("哪些{many}是{f}？", "有哪些{f}{many}？", "{f}的{many}有哪些？"),
    not_flagged=("哪些{many}不是{f}？",),
    flag_test=("{x}是{f}吗？", "{x}是不是{f}？"),
    above=("{m}超过{v}的{many}有哪些？", "哪些{many}的{m}大于{v}？", "{m}在{v}以上的{many}"),
    below=("{m}低于{v}的{many}有哪些？", "哪些{many}的{m}小于{v}？", "{m}在{v}以下的{many}"),
    after=("{m}在{v}年之后的{many}有哪些？", "哪些{many}的{m}在{v}年以后？"),
    before=("{m}在{v}年之前的{many}有哪些？", "哪些{many}的{m}在{v}年以前？"),
    between=("{m}在{v}到{w}之间的{many}有哪些？", "哪些{many}的{m}在{v}和{w}之间？"),
    between_years=("{m}在{v}年到{w}年之间的{many}有哪些？",),
    limit_test_above=("{x}的{m}超过{v}吗？", "{x}的{m}大于{v}吗？"),
    limit_test_below=("{x}的{m}低于{v}吗？", "{x}的{m}小于{v}吗？"),
    beside=("哪些{many}的{m}比{x}{more}？", "{m}比{x}{more}的{many}有哪些？"),
    beside_adjective=("哪些{many}比{x}{more}？", "比{x}{more}的{many}有哪些？"),
    compare=("{x}的{m}比{y}{more}吗？",),
    compare_adjective=("{x}比{y}{more}吗？",),
    choice=("{x}和{y}哪个{m}更{more}？", "{x}和{y}，哪个的{m}更{more}？"),
    choice_adjective=("{x}和{y}哪个更{more}？", "{x}和{y}相比哪个更{more}？"),
    first=("哪个{one}的{m}{most}？", "{m}{most}的{one}是哪个？", "{m}{most}的{one}"),
    first_adjective=("{most}的{one}是哪个？", "哪个{one}{most}？"),
    first_k=("{m}{most}的{k}个{many}是哪些？", "{m}{most}的前{k}个{many}有哪些？"),
    first_k_adjective=("{most}的{k}个{many}是哪些？",),
    nth=("{m}第{k}{more}的{one}是哪个？",),
    nth_adjective=("第{k}{more}的{one}是哪个？",),
    of_first=("{m}{most}的{one}的{r}是什么？", "哪个是{m}{most}的{one}的{r}？"),
    of_first_adjective=("{most}的{one}的{r}是什么？",),
    average=("{many}的平均{m}是多少？", "{many}的{m}平均是多少？"),
    total=("{many}的总{m}是多少？", "{many}的{m}总和是多少？", "{many}的{m}一共是多少？"),
    how_many=("有多少个{many}？", "{many}有几个？", "一共有多少{many}？"),
    how_many_limited=("有多少个{many}的{m}超过{v}？", "{m}超过{v}的{many}有几个？"),
    any_limited=("有没有{m}超过{v}的{one}？", "有{m}大于{v}的{one}吗？", "是否有{one}的{m}超过{v}？"),
    listed=("{many}有哪些？", "有哪些{many}？", "列出{many}。", "列出所有{many}。", "{many}都有哪些？"),
    any_shared=("有没有{a}并且{b}的{one}？", "有{a}而且{b}的{one}吗？", "有没有哪个{one}{a}，并且{b}？"),
    any_one=("有没有{a}的{one}？", "有{a}的{one}吗？", "有没有哪个{one}{a}？", "是否有{a}的{one}？"),
    related=("{x}和{y}是什么关系？", "{x}与{y}有什么关系？", "{x}和{y}之间是什么关系？"),
    none=("哪些{many}没有{r}？", "没有{r}的{many}有哪些？"),
    more_than=("哪些{many}有超过{k}个{r}？", "{r}超过{k}个的{many}有哪些？"),
    at_least=("哪些{many}至少有{k}个{r}？",),
    most_of=("哪个{one}的{r}最多？", "{r}最多的{one}是哪个？", "哪个{one}有最多的{r}？"),
    fewest_of=("哪个{one}的{r}最少？", "{r}最少的{one}是哪个？"),
    count_each=("每个{one}有多少个{d}？", "每个{one}有几个{d}？", "各{one}的{d}数量是多少？"),
    average_each=("每个{one}的{d}的平均{m}是多少？", "各{one}{d}的平均{m}是多少？"),
    best_each=("每个{one}{m}{most}的{d}是哪个？", "各{one}中{m}{most}的{d}是哪个？"),
    large=("{v}万", 10_000),
    numbers=("两", "三", "四", "五", "六", "七", "八", "九", "十"),
    ordinals=("二", "三", "四", "五", "六"),
    extremes={False: (("大", "最大"), ("小", "最小")), True: (("晚", "最晚"), ("早", "最早"))},
    adjectives={
        "面积": _LARGE,
        "海拔": _HIGH,
        "高度": _HIGH,
        "长度": Adjective("长", "最长", "短", "最短"),
        "质量": _HEAVY,
        "重量": _HEAVY,
        "相对原子质量": _HEAVY,
        "原子量": _HEAVY,
        "深度": Adjective("深", "最深", "浅", "最浅"),
        "密度": Adjective("密", "最密", "疏", "最疏"),
    },
    foreign=listed(
        "国歌、口号、吉祥物、最高建筑、特色菜、电话号码、邮箱、年度预算、鞋码、血型、"
        "星座、足球队、报纸、电视台、机场、火车站、失业率、预期寿命、犯罪率、"
        "识字率、利率、汇率、股价、营业额、员工人数、宠物、爱好、工资、净资产、"
        "毕业论文、车牌号、发动机功率、油耗、最高时速、屏幕尺寸、电池续航、热量、副作用、"
        "剂量、症状、栖息地、翼展、食性、平均降雨量、平均气温、时区、邮政编码、电压、气味、味道、保修期、"
        "制造商、序列号、网站、开放时间、门票、世界纪录、绰号、遗言、墓地"
    ),
    foreign_people=listed(
        "总统、总理、市长、国王、女王、省长、国家元首、发明者、建筑师、赞助商、主教练、队长、首席执行官、董事长、"
        "律师、医生、博士导师、译者、编辑、继承人、大使、发言人、校长、馆长"
    ),
    people=listed("人、人物、个人、作家、演员、科学家、政治家、人或机构"),
)
