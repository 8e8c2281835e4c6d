"""Foreign text is shown as text: by `escape`, in every slot of every sentence, and at every place of every page."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from seq2seq.ui.markdown import BIDI, JOINER, Markdown, PageWords, as_text, clean, code, escape, in_a_row
from seq2seq.words import LANGUAGES, Words, sentences

ROOT = Path(__file__).parents[2]
NASTY = [
    "![x](//host.test/M)", "[x](http://host.test)", "<img src=//host.test/x onerror=alert(1)>", ":red[x]", ":red-background[x]",
    ":material/home:", ":streamlit:", ":smile: :+1: :100:", "$x^2$", "$$y$$", "`a`", "``` b", "**b** __c__ *d* _e_", "~~f~~",
    "# h", "> q", "- l", "+ l", "* l", "1. l", "2) l", "    code", "\tcode", "---", "===", "| a | b |", "[^1]", "[^1]: x",
    "[r]: //host.test", "http://host.test/a?b=c&d", "www.host.test", "a@host.test", "<http://host.test>", "&lt;b&gt;", "&#58;",
    "a\nb", "a\r\n\r\n# b", "a  \nb", "a\u2028b", "\x00\x1b[31m\x7f\x85\ud800", "\u202eabc\u202c \u2066x\u2069", "\u05d0\u05d1 1",
    "\\", "\\*", "a -> b", "<- -- -> >= <= ~=", "x\\", "{slot}", "{0}", "!", "]", "](//host.test)", "[", "*", "_", "`", "$", ":", "<", "&",
    ":::note", "::leaf", ":red", "\u0301", "",
]  # fmt: skip
signs = st.sampled_from("![]()<>*_`~#$:|\\&{}-+=.@/\"' \n\t1a\u05d0中\u202e\x07")
foreign = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.one_of(st.sampled_from(NASTY), signs, st.text(max_size=3)), max_size=6).map("".join),
)  # fmt: skip
parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# what Streamlit looks for beside Markdown: in the source, or in text when Markdown is read
IN_SOURCE = re.compile(r"(?<!\\)\$|(?<!\\):[A-Za-z][\w-]*(?<!\\)[\[{]|(?<![\\:]):[A-Za-z]|:material/")
IN_TEXT = re.compile(
    r":[\w+-]+:|:material[/_]|:streamlit:|https?://|www\.[-\w]|[-.\w+]@[-\w]|(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)",
    re.ASCII,
)


def read(source):
    """The elements of Markdown, and its text as it is seen."""
    kinds, text = [], ""
    for block in parser.parse(source):
        if block.type != "inline":
            kinds.append(block.type)
        for token in block.children or []:
            text += " " if token.type in ("softbreak", "hardbreak") else token.content
            if token.type != "text":
                kinds.append((token.type, token.content if token.type == "code_inline" else ""))
    return kinds, text


def seen(text):
    """Text without what cannot be seen, its spaces as a browser shows them."""
    return re.sub(r"\s+", " ", text.replace(JOINER, "").replace("\xa0", " ")).strip()


ALL = [
    (language, key)
    for language in LANGUAGES
    for key, forms in sentences(language).items()
    if "{" in forms[-1] and forms[-1][0] not in "+-"
]


def check(language, key, values):
    """A sentence with these texts in its slots has the elements of the sentence with "x" there, and shows the texts."""
    words = PageWords(language)
    form = sentences(language)[key][-1]
    slots = [name for _, name, phrase, _ in Formatter().parse(form) if name and not phrase]
    counts = {name: 3 for _, name, phrase, _ in Formatter().parse(form) if name and phrase}
    given = {name: values[k % len(values)] for k, name in enumerate(dict.fromkeys(slots)) if name not in counts}
    kinds, _ = read(words.say(key, **counts, **dict.fromkeys(given, "x")))
    told = words.say(key, **counts, **given)
    found, text = read(told)
    assert found == kinds, (key, told)
    plain = Words(language).say(key, **counts, **{name: clean(value) for name, value in given.items()})
    if "**" not in plain.replace("".join(map(clean, values)), "") and not {"*", "`", "_"} & set(form):
        assert seen(text) == seen(plain), (key, told)
    ours = words.say(key, **counts, **dict.fromkeys(given, "x"))
    assert len(IN_SOURCE.findall(told)) <= len(IN_SOURCE.findall(ours)), (key, told)
    assert len(IN_TEXT.findall(text)) <= len(IN_TEXT.findall(read(ours)[1])), (key, told)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", told)
    assert not BIDI.search(told) or re.search("\u2068[^\u2068]*\u2069", told)


@pytest.mark.parametrize("nasty", range(0, len(NASTY), 8))
def test_no_slot_of_any_sentence_becomes_markup(nasty):
    values = NASTY[nasty : nasty + 8]
    for number, (language, key) in enumerate(ALL):
        check(language, key, values[number % 8 :] + values[: number % 8])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ALL), st.lists(foreign, min_size=1, max_size=3))
@example(("en", "attention.no_such_run"), ["![x](//host.test/M)"])
def test_no_text_in_any_slot_becomes_markup(sentence, values):
    check(*sentence, values)


@settings(max_examples=300, deadline=None)
@given(foreign)
def test_text_escaped_and_read_again_is_the_text(text):
    assert seen(as_text(escape(text))) == seen(clean(text))
    kinds, shown = read(f"x {escape(text)}")
    assert kinds == ["paragraph_open", "paragraph_close"]
    assert seen(shown) == seen(f"x {clean(text)}")
    kinds, _ = read(f"x {code(text)}")
    assert [kind if isinstance(kind, str) else kind[0] for kind in kinds] == [
        "paragraph_open", "code_inline", "paragraph_close",
    ]  # fmt: skip


def test_our_own_markup_stays():
    words = PageWords("en")
    inner = words.say("input.some_unknown", tokens=in_a_row([code("a`b"), code("*")]))
    assert "`` a`b ``" in inner
    assert inner in words.say("train.state.failed", error=inner)
    assert PageWords("en").plain == Words("en")
    assert not isinstance(words, Words), "mypy tells them apart: neither is given where the other is wanted"


# ---- who gives what to Streamlit

SINKS = {
    "markdown", "caption", "info", "warning", "error", "success", "write", "title", "header", "subheader", "toast", "metric",
    "progress", "expander", "popover", "button", "download_button", "page_link", "link_button", "toggle", "checkbox", "slider",
    "text_input", "text_area", "number_input", "selectbox", "segmented_control", "pills", "radio", "multiselect", "spinner",
    "tabs", "status", "badge",
}  # fmt: skip
UI = [*(ROOT / "seq2seq/ui").glob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in UI}
OURS = {"say", "error", *(f.__name__ for f in (escape, code, in_a_row, Markdown))} | {
    function.name
    for tree in TREES.values()
    for function in ast.walk(tree)
    if isinstance(function, ast.FunctionDef) and function.returns and "Markdown" in ast.unparse(function.returns)
}


def is_ours(node, around, rests=12):
    """Whether an expression is our own Markdown: by what makes it, by its type, or by all that it is set to here."""
    if rests == 0:
        return False

    def again(inner):
        return is_ours(inner, around, rests - 1)

    match node:
        case ast.Constant():
            return True
        case ast.Attribute(attr="address" | "year"):
            return True  # of a work in the bibliography
        case ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner):
            return again(inner)
        case ast.List(elts=several) | ast.Tuple(elts=several):
            return all(map(again, several))
        case ast.Subscript(value=ast.Name(id=name)) | ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if (
            name.isupper()
        ):
            return True  # a table of our own
        case ast.Call(func=ast.Attribute(attr="join", value=ast.Constant()), args=[inner]):
            return again(inner)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in OURS and (name != "Markdown" or all(map(again, node.args)))
        case ast.JoinedStr(values=parts):
            return all(again(part.value) for part in parts if isinstance(part, ast.FormattedValue))
        case ast.BinOp(left=left, right=right):
            return again(left) and again(right)
        case ast.IfExp(body=one, orelse=other):
            return again(one) and again(other)
        case ast.Name(id=name):
            return all(map(again, _set_to(name, around))) if _set_to(name, around) else _typed(name, around)
        case _:
            return False


def _set_to(name, around):
    found = []
    for node in ast.walk(around):
        match node:
            case ast.Assign(targets=[ast.Name(id=other)], value=value) if other == name:
                found.append(value)
            case ast.For(target=target, iter=of) if name in {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}:
                found += [part for part in ast.walk(of) if isinstance(part, ast.Name) and _typed(part.id, around)]
            case ast.NamedExpr(target=ast.Name(id=other), value=value) if other == name:
                found.append(value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                found += [v for n, v in zip(names, values, strict=True) if isinstance(n, ast.Name) and n.id == name]
            case ast.Call(func=ast.Attribute(attr="append", value=ast.Name(id=other)), args=[value]) if other == name:
                found.append(value)
    return [value for value in found if not (isinstance(value, ast.List) and not value.elts)]


def _typed(name, around):
    return any(
        isinstance(node, ast.arg) and node.arg == name and node.annotation and "Markdown" in ast.unparse(node.annotation)
        for node in ast.walk(around)
    )  # fmt: skip


@pytest.mark.parametrize("path", UI, ids=lambda path: path.stem)
def test_streamlit_gets_only_our_own_markdown(path):
    tree = TREES[path]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)] or [tree]
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id=of)), args=args, keywords=more):
                if name not in SINKS or of in ("words", "json", "self"):
                    continue
                inside = (
                    [f for f in functions if f.lineno <= node.lineno <= f.end_lineno] if functions != [tree] else []
                )
                around = max(inside, key=lambda f: f.lineno) if inside else tree
                texts = [*args[:1], *(k.value for k in more if k.arg in ("label", "body", "help", "text"))]
                if name == "progress":
                    texts = args[1:]
                if name == "page_link":
                    texts = texts[1:]
                for text in texts:
                    assert is_ours(text, around), f"{path.name}:{node.lineno}: {ast.unparse(text)}"


@pytest.mark.parametrize("path", UI, ids=lambda path: path.stem)
def test_plain_words_are_made_only_for_stories(path):
    """`Words(language)`, whose slots are not escaped, only where a story is made and kept; `say_error` in no page."""
    tree = TREES[path]
    kept = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("st.cache" in ast.unparse(mark) for mark in node.decorator_list)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "Words" and path.stem != "markdown":
                assert any(f.lineno <= node.lineno <= f.end_lineno for f in kept), f"{path.name}:{node.lineno}"
            assert node.func.id != "say_error" or path.stem in ("player", "serve"), f"{path.name}:{node.lineno}"
