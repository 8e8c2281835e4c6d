"""Chinese typography and one term for one thing, as laws over every Chinese sentence and every Chinese lesson."""

import json
import re

import pytest

from seq2seq.folders import ASSETS, PACKAGE
from seq2seq.stories.gradients.arms import tip
from seq2seq.stories.sentences import bracketed, clauses, in_a_row, listed, pair
from seq2seq.stories.stored import STORIES
from seq2seq.terms import terms
from seq2seq.words import Words, sentences
from seq2seq.works import write_citations

HAN = "[一-鿿]"
TEXTS = {f"{key} {k}": form for key, forms in sentences("zh").items() for k, form in enumerate(forms)} | {
    path.name: write_citations(path.read_text(encoding="utf-8"), "zh")
    for path in sorted((ASSETS / "lessons" / "zh").glob("*.md"))
} | {f"term {key}": f"{term.name}：{term.means}" for key, term in terms("zh").items()}  # fmt: skip
LAWS = {
    "marks beside Chinese are full-width": rf"{HAN}[”）]?[,;:!?]|[,;:!?]{HAN}|{HAN}\.(?!\w)",
    "brackets beside Chinese are full-width": rf"{HAN}\((?!\()|\){HAN}",
    "quotes are “ and ”": rf"[\"'][^\"']*{HAN}[^\"']*[\"']|[「」『』]",
    "no space beside a full-width mark": r"\S [，。、；：！？）》”]|[，、；：！？（《“] +\S|。 +(?!\*)\S",
    "no space between Chinese characters": rf"{HAN} +{HAN}",
    "no space around quotes": rf"{HAN} “|” {HAN}",
    "no space before a percent sign": r"[\d}] %",
    "a space between Chinese and Latin letters, digits and special tokens": (rf"{HAN}[A-Za-z0-9⟨]|[A-Za-z0-9⟩]{HAN}"),
    "one says 你": "您",
    "下面一层 is below and 上面一层 above": "[下上]一层",
    "no comma where things are listed by 、": r"“[^”]*”(，“[^”]*”){2,}",
}
# what must not be said: the term that is used, and the variants (regular expressions) of the same sense
TERMS = {
    "词元": r"标记(?![出为])|令牌|(首|每个|最多|最少|写出的|源句的)符号",
    "子词": "子词单元|片段",
    "未知词元": "未知符号",
    "样本": "样例",
    "留出": r"保留(的)?(句子|样本)|留存",
    "完全匹配率": "完全正确率|精确匹配",
    "词元准确率": "词元正确率",
    "得分": r"(?<!百)分数|打分(?!。)的",
    "奈特": r"(?<![（(，即] )(?<![（(])\bnat\b",
    "反转": "倒写|逆序|倒转",
    "同义写法": "同义符号",
    "训练（run）": r"[个的次]运行(?![的了])|自由运行",
    "循环单元": "细胞",
    "记忆元": "单元状态|记忆细胞",
    "简单 RNN": r"普通 ?RNN|普通循环|朴素 RNN",
    "循环神经网络": r"递归神经|(?<!非)循环网络",
    "遮住": "掩盖|遮蔽|屏蔽|掩膜|蒙版",
    "丝带": r"带子|飘带",
    "随机水平": "瞎猜|随机猜测",
    "双线性": r"(?<!\{)\bgeneral\b|通用注意力",
    "源序列": r"(读|整个|读完|不管|看)源(?![序词位句端文码])|(?<!来)源[在有，。；：→]",
    "层归一化": r"(?<!（)LayerNorm|层规范化",
    "可学习": "学习得到的|学习型",
    "初始状态": "第一个状态",
    "位置 n": r"第 \{(position|place|places|at)\} (位|个位置)",
    "单元 n": r"第 \{unit\} 个单元",
    "第 n 个输出": r"(?<![第\w] )(?<!第)输出 \{(number|at|after)\}",
    "n 次更新": r"更新 \{steps?\}( 次|$|，)",
    "束搜索": "集束搜索|柱搜索|贪婪",
    "对还是错": r"^判断：",
    "梯度消失": "梯度弥散",
    "在什么位置": "站在",
    "看什么。": "观察要点",
}


@pytest.mark.parametrize("law", LAWS)
def test_typography(law):
    found = {key: match.group() for key, text in TEXTS.items() if (match := re.search(LAWS[law], text))}
    assert not found


def test_quotes_are_paired():
    for key, text in TEXTS.items():
        for open_, close in ("“”", "（）", "《》"):
            depth = [text[:k].count(open_) - text[:k].count(close) for k in range(len(text) + 1)]
            assert min(depth) == 0 == depth[-1], f"{key}: {text}"


@pytest.mark.parametrize("term", TERMS)
def test_one_term_for_one_thing(term):
    found = {key: match.group() for key, text in TEXTS.items() if (match := re.search(TERMS[term], text))}
    assert not found


def test_sentences_and_lists_are_joined_as_chinese_has_it():
    zh, en = Words("zh"), Words("en")
    assert in_a_row(["甲。", "", "乙：", "丙 1"]) == "甲。乙：丙 1"
    assert in_a_row(["One.", "", "Two:", "three."]) == "One. Two: three."
    assert listed(["a", 2], zh) == "a、2" and listed(["a", 2], en) == "a, 2"
    assert clauses(["a", 2], zh) == "a；2" and clauses(["a", 2], en) == "a; 2"
    assert pair("损失", 0.3, zh) == "损失：0.3" and pair("loss", 0.3, en) == "loss: 0.3"
    assert bracketed("m", "−0.04", zh) == "m（−0.04）" and bracketed("m", "−0.04", en) == "m (−0.04)"
    assert tip("损失", 0.3, zh).startswith("损失：")


JOINED = ("marks beside Chinese are full-width", "no space beside a full-width mark", "no space around quotes")


@pytest.mark.parametrize("path", sorted(STORIES.glob("*-zh.json")), ids=lambda path: path.stem)
def test_what_the_program_joins_is_chinese_too(path):
    """The stored first pictures: their sentences are put together from many, with lists and numbers in them."""
    story = json.loads(path.read_text(encoding="utf-8"))
    told = [story["title"], *(step[part] for step in story["steps"] for part in ("title", "text"))]
    asked = [step["question"] for step in story["steps"] if step.get("question")]
    told += [text for question in asked for text in (question["prompt"], question["why"], *question["options"])]
    told += [text for view in story["views"] for text in (view["title"], view["hint"], *view["alternatives"])]
    for law in JOINED:
        assert [text for text in told if re.search(LAWS[law], text)] == []


def test_lists_that_are_shown_are_joined_in_one_place():
    """A `", ".join` in stories or ui makes a template, an address or a name of western authors, never a sentence."""
    templates = {"tree.py", "panel.py", "cloud.py", "layout.py", "sources.py"}
    found = [
        path.name
        for part in ("stories", "ui")
        for path in (PACKAGE / part).rglob("*.py")
        if re.search(r"""["'](, |; |，|、|；)["']\.join""", path.read_text(encoding="utf-8"))
    ]
    assert set(found) <= templates
