"""Lints of translations: each with texts that must trip it and texts that must not."""

from pathlib import Path

import pytest

from fl_course.authoring import AuthoringError, lints
from fl_course.authoring.catalogs import Catalog, Entry
from fl_course.authoring.lints import Glossary, Term, last_sound, lint, read_glossary
from fl_course.authoring.messages import Message

GLOSSARY = Glossary(
    (
        Term("client", "클라이언트", ("고객",), first=True),
        Term("client data", "클라이언트 데이터"),
        Term("cohort", "코호트", (), first=True),
        Term("training", "학습", ("훈련",)),
    ),
    ("Federated Core", "TFF", "Keras"),
    {"checkpoint": False},
)


def faults(check, english, translation):
    return list(check(english, translation, GLOSSARY))


@pytest.mark.parametrize(
    ("english", "translation", "told"),
    [
        ("Call `fit` now.", "지금 호출하세요.", "code `fit` of the English is missing"),
        ("Call it.", "`fit`을 호출하세요.", "code `fit` is not in the English"),
        ("So $x$ is.", "그렇습니다.", "formula $x$ of the English is missing"),
        ("See [this](a.ipynb).", "[이것](b.ipynb)을 보세요.", "link ](a.ipynb) of the English"),
        ("At https://a.org now", "지금", "address https://a.org of the English"),
        ("It is {value}.", "그것은 {값}입니다.", "placeholder {value} of the English"),
        ("In lesson {{a_b}}.", "{{a_c}}강에.", "lesson {{a_b}} of the English is missing"),
        ("In lesson {{a_b}}.", "{{a_b}}, {{a_c}}강에.", "lesson {{a_c}} is not in the English"),
        ("In lesson {{a_b}}.", "{a_b}강에.", "placeholder {a_b} is not in the English"),
        ("In lesson {{a_b}}.", "{{a_b}}강, lesson 3.", "'lesson 3' names a lesson by its number"),
        ("It is {value}.", "{value} {other}", "placeholder {other} is not in the English"),
        ("A <b>word</b>.", "<b>말</b", "tag </b> of the English is missing"),
    ],
)
def test_what_has_to_stay_is_missed(english, translation, told):
    assert any(fault.startswith(told) for fault in faults(lints.lost_parts, english, translation))


@pytest.mark.parametrize(
    ("english", "translation"),
    [
        ("Call `fit` with {x}.", "{x}로 `fit`을 부르세요."),
        ("[This](a.ipynb) and $x$.", "$x$와 [이것](a.ipynb)."),
        ("`a < b` and `{x}`", "`{x}`와 `a < b`"),
    ],
)
def test_what_stays_may_move(english, translation):
    assert faults(lints.lost_parts, english, translation) == []


@pytest.mark.parametrize(
    ("english", "translation", "count"),
    [
        ("It has 14 writers.", "작성자가 14명입니다.", 0),
        ("It has 14 writers.", "작성자가 41명입니다.", 2),
        ("It has 1,797 images.", "이미지는 1797장입니다.", 2),
        ("86 % of them", "그중 86%", 0),
        ("0.02, or two", "0.02, 곧 2", 0),
        ("a million phones", "휴대폰 100만 대", 0),
        ("16 million phones", "16 millones de teléfonos", 0),
        ("16 million phones", "15 millones de teléfonos", 1),
        ("many phones", "휴대폰 100만 대", 1),
        ("eight hundred words", "단어 800개", 0),
        ("eight hundred words", "단어 900개", 1),
        ("twenty-eight images, in half a minute", "이미지 28장을 30초에", 0),
        ("Half an hour for it", "30분이 있습니다", 0),
        ("twenty-eight images", "이미지 29장", 1),
        ("`x = 17` and $18$", "`x = 17`와 $18$", 0),
    ],
)
def test_numbers(english, translation, count):
    assert len(faults(lints.other_numbers, english, translation)) == count


@pytest.mark.parametrize(
    ("english", "translation", "told"),
    [
        ("```python\nx\n```", "```python\nx", "a code fence (```) is cut off"),
        ("Text.", "- 글", "another Markdown structure"),
        ("Text.", "2018. 글", "another Markdown structure"),
        ("Text.", "글\n\n글", "another Markdown structure"),
        ("| a | b |", "| 가 |", "a table's row with another number of cells"),
    ],
)
def test_another_structure(english, translation, told):
    (fault,) = faults(lints.other_structure, english, translation)
    assert fault.startswith(told)


@pytest.mark.parametrize(
    ("english", "translation"),
    [("Text.", "글."), ("| a | `b|c` |", "| 가 | `b|c` |"), ("**A.** B", "**가.** 나")],
)
def test_the_same_structure(english, translation):
    assert faults(lints.other_structure, english, translation) == []


@pytest.mark.parametrize(
    "translation",
    [
        "**클라이언트(client)**는 데이터를 가집니다.",
        "**`np.average`**를 부르세요.",
        "**문장입니다.**다음 문장",
        "*클라이언트(client)*는",
        "__굵게__는",
        "**「クライアント」**は",
    ],
)
def test_emphasis_that_does_not_render(translation):
    assert faults(lints.dead_emphasis, "x", translation)


@pytest.mark.parametrize(
    "translation",
    [
        "**클라이언트**(client)는 데이터를 가집니다.",
        "**문장입니다.** 다음",
        "`a ** b`와 `__init__`",
        "$a * b$이고 2 * 3입니다",
        "**クライアント**は",
        "*기울임*은",
        "`**kwargs`를",
    ],
)
def test_emphasis_that_renders(translation):
    assert faults(lints.dead_emphasis, "x", translation) == []


@pytest.mark.parametrize(
    ("english", "translation", "trips"),
    [
        ("This is what the server does.", "This is what the server does.", True),
        ("This is it. It goes on here.", "이것입니다. It goes on here too.", True),
        ("This is it.", "이것은 Federated Core입니다.", False),
        ("Averaging", "평균(the mean of all of them)", False),
        ("See `this is some long code`", "`this is some long code`를 보세요", False),
        ("McMahan et al.", "McMahan 등", False),
        ("Communication-Efficient Learning", "Communication-Efficient Learning", False),
        ("What each client sends is a sum.", "Lo que envía cada cliente es una suma.", False),
        ("What each client sends is a sum.", "Una suma, que each client sends is todo.", True),
    ],
)
def test_sentences_left_in_english(english, translation, trips):
    assert bool(faults(lints.left_in_english, english, translation)) is trips


@pytest.mark.parametrize(
    ("language", "translation", "trips"),
    [
        ("ko", "ラウンド마다 학습합니다.", True),
        ("ko", "라운드마다 학습합니다.", False),
        ("ja", "라운드で学習します。", True),
        ("ja", "ラウンドーで学習します。", False),
        ("fr", "Un tour (ラウンド).", True),
        ("ja", "README は 한국어 もあります。", False),  # as in the English
    ],
)
def test_letters_of_another_language(language, translation, trips):
    check = lints.letters_of_another_language(language)
    assert bool(faults(check, "The README in 한국어.", translation)) is trips


@pytest.mark.parametrize(
    ("translation", "trips"),
    [
        ("고객이 학습합니다.", True),
        ("클라이언트를 훈련합니다.", True),
        ("client가 학습합니다.", True),
        ("두 cohorts를 뽑습니다.", True),
        ("클라이언트(client)가 학습합니다.", False),
        ("`client`가 학습합니다.", False),
        ("클라이언트의 client_id는 이름입니다.", False),
        ("client[0]은 이름입니다.", False),
        ("[글](client.html)", False),
    ],
)
def test_terms(translation, trips):
    assert bool(faults(lints.wrong_terms, "x", translation)) is trips


def catalog(*pairs, name="adding", language="ko"):
    entries = [
        Entry(Message(f"adding/cell_{n}", english), translation, line=10 * n)
        for n, (english, translation) in enumerate(pairs, start=1)
    ]
    return Catalog(Path(f"translations/{language}/{name}.po"), language, tuple(entries))


def test_the_first_use_of_a_term_has_the_english_word():
    good = catalog(("A client.", "**클라이언트**(client)입니다."), ("Client.", "클라이언트입니다."))
    assert lint(good, GLOSSARY) == []
    late = catalog(("A client.", "클라이언트입니다."), ("Client.", "클라이언트(client)입니다."))
    (fault,) = lint(late, GLOSSARY)
    assert fault.text == (
        "translations/ko/adding.po:10: adding/cell_1: the lesson's first '클라이언트' lacks its "
        "English word. Write 클라이언트(client)."
    )
    assert not fault.breaks
    assert lint(late, GLOSSARY, unseen=["adding/cell_1"]) == []


def test_the_first_use_may_be_in_what_is_not_translated_yet():
    begun = catalog(("A client.", ""), ("Client.", "클라이언트입니다."))
    assert lint(begun, GLOSSARY) == []
    assert len(lint(catalog(("A word.", ""), ("Client.", "클라이언트입니다.")), GLOSSARY)) == 1


def test_the_packages_own_words_and_definitions_need_no_english():
    for name in ("fl_course", "glossary"):
        assert lint(catalog(("A client.", "클라이언트입니다."), name=name), GLOSSARY) == []


def test_a_fault_names_file_line_and_cell_and_whether_it_breaks():
    (fault,) = lint(catalog(("Call `fit`.", "호출합니다.")), GLOSSARY)
    assert fault.text.startswith(
        "translations/ko/adding.po:10: adding/cell_1: code `fit` of the English is missing. Put"
    )
    assert fault.breaks


def test_what_is_missing_or_fuzzy_is_not_looked_at():
    entry = Entry(Message("adding/a", "Call `fit`."), "호출", fuzzy=True)
    missing = Entry(Message("adding/a", "Call `fit`."))
    path = Path("translations/ko/adding.po")
    assert lint(Catalog(path, "ko", (entry, missing)), GLOSSARY) == []


@pytest.mark.parametrize(
    ("word", "closed", "in_l"),
    [
        ("`fit`", None, False),
        ("TFF", False, False),
        ("URL", True, True),
        ("SGD", False, False),
        ("model", True, True),
        ("mean", True, False),
        ("training", True, False),
        ("Keras", False, False),
        ("NumPy", False, False),
        ("`tf.data`", False, False),
        ("state", False, False),
        ("10", True, False),
        ("3", True, False),
        ("7", True, True),
        ("2", False, False),
        ("1,000", True, False),
        ("0.78", True, True),
        ("0.5", False, False),
        ("86%", False, False),
        ("checkpoint", False, False),
        ("batch", False, False),
    ],
)
def test_the_last_sound_of_a_word(word, closed, in_l):
    assert last_sound(word, GLOSSARY.sounds) == (closed, in_l)


@pytest.mark.parametrize(
    "translation",
    ["TFF은 씁니다", "10는 큽니다", "`model`를 부릅니다", "0.78를", "7으로", "86%이 맞습니다"],
)
def test_wrong_particles(translation):
    assert faults(lints.wrong_particles, "x", translation)


@pytest.mark.parametrize(
    "translation",
    [
        "TFF는 씁니다",
        "10은 큽니다",
        "`model`을 부릅니다",
        "0.78을",
        "7로",
        "86%가 맞습니다",
        "`fit`을",
        "Keras는, NumPy를",
        "checkpoint를",
        "10이라는 수",
        "3과 4",
    ],
)
def test_right_particles(translation):
    assert faults(lints.wrong_particles, "x", translation) == []


@pytest.mark.parametrize(
    "translation",
    ["데이터를 가져요.", "그렇죠.", "이것은 값이다.", "합니다. 그러나 값은 없다.", "맞아요!"],
)
def test_mixed_politeness(translation):
    assert faults(lints.mixed_politeness, "x", translation)


@pytest.mark.parametrize(
    "translation",
    [
        "데이터를 가집니다.",
        "실행하세요.",
        "무엇일까요?",
        "봅시다.",
        "**흔한 오해.** 그렇지 않습니다.",
        "**왜 그런가.** 이렇습니다.",
        "데이터를 열고 들여다보기",
        "`x.다.`입니다.",
    ],
)
def test_one_politeness(translation):
    assert faults(lints.mixed_politeness, "x", translation) == []


@pytest.mark.parametrize(
    "translation", ["これは値である。", "値を返す。", "値だ。それを使います。", "簡単ではない。"]
)
def test_mixed_style(translation):
    assert faults(lints.mixed_style, "x", translation)


@pytest.mark.parametrize(
    "translation",
    [
        "これは値です。",
        "値を返します。",
        "使ってください。",
        "何でしょうか。",
        "値を返す関数",
        "**教室に問いかける。** 何ですか。",
        "「そうだ。」と言います。",
        "見てみましょう。",
    ],
)
def test_one_style(translation):
    assert faults(lints.mixed_style, "x", translation) == []


SPANISH = Glossary(
    (
        Term("client", "cliente", first=True),
        Term("client data", "datos de los clientes"),
        Term("model update", "actualización del modelo", first=True),
        Term("local epoch", "época local", first=True),
        Term("aggregation", "agregação", first=True),
    ),
    (),
    {},
)


@pytest.mark.parametrize(
    ("first", "trips"),
    [
        ("Los **clientes** (clients) entrenan.", False),
        ("Cada cliente (*client*) entrena.", False),
        ("Los clientes entrenan.", True),
        ("Clientes que entrenan.", True),
        ("La clientela entrena.", False),
        ("Los datos de los clientes se quedan.", False),
    ],
)
def test_a_term_is_known_in_the_plural_and_with_a_capital(first, trips):
    found = lint(catalog(("Each client trains.", first), language="es"), SPANISH)
    assert len(found) == trips
    for second in (
        ("Model updates arrive.", "Llegan actualizaciones del modelo."),
        ("Local epochs pass.", "Passam épocas locais."),
        ("Two aggregations.", "Duas agregações."),
    ):
        assert len(lint(catalog(("x", "x"), second, language="es"), SPANISH)) == 1


def test_each_language_has_its_own_lints():
    polite = catalog(("Give it.", "값을 줘요."))
    assert len(lint(polite, GLOSSARY)) == 1
    assert lint(catalog(("Give it.", "Donnez-le."), language="fr"), GLOSSARY) == []
    (fault,) = lint(catalog(("Give it.", "값을 줘요."), language="fr"), GLOSSARY)
    assert "값을, 줘요: letters of another language" in fault.text


def test_a_glossary_is_read(tmp_path):
    folder = tmp_path / "translations" / "ko"
    folder.mkdir(parents=True)
    assert read_glossary(tmp_path, "ko") == Glossary((), (), {})
    (folder / "glossary.toml").write_text(
        '[terms]\nclient = { english = "client", term = "클라이언트", avoid = ["고객"] }\n'
        '[further]\nkrum = { english = "Krum", term = "Krum", reading = "크럼" }\n'
        '[keep]\nnames = ["TFF"]\n[sounds]\nFit = true\n'
    )
    assert read_glossary(tmp_path, "ko") == Glossary(
        (Term("client", "클라이언트", ("고객",)),),
        ("TFF",),
        {"fit": True},
        (Term("Krum", "Krum", reading="크럼"),),
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[terms", "is not valid TOML"),
        ('a = { english = "a", term = "b" }\n[terms]\n', "'a' stands in none of its tables"),
        ('[terms]\na = { word = "b" }\n', "term 'a' can't be used"),
        ('[further]\na = { word = "b" }\n', "term 'a' can't be used"),
        ('[terms]\na = { english = "a", term = "b", avoid = ["("] }\n', "term 'a' can't be used"),
    ],
)
def test_a_broken_glossary_is_told(tmp_path, content, told):
    folder = tmp_path / "translations" / "ko"
    folder.mkdir(parents=True)
    (folder / "glossary.toml").write_text(content)
    with pytest.raises(AuthoringError, match=r"translations/ko/glossary\.toml: .*") as raised:
        read_glossary(tmp_path, "ko")
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("check", "wrong", "right"),
    [
        (lints.struck_through, "1~2번, 3~5번", "1–2번, 3~5번, `~/a`, `~/b`, $a~b~c$"),
        (
            lints.undecided_particles,
            "모델은(는) 큽니다",
            "{name}은(는), `{name}`을(를), {count}(으)로",
        ),
        (lints.undecided_particles, "정확도(으)로", "정확도로"),
        (lints.undecided_particles, "값이(가)", "값이 (가끔)"),
        (lints.spoken_goals, "クライアントが何かを言う", "クライアントが何かを説明する"),
        (lints.spoken_goals, "誰が誰だと言う", "言うまでもない"),
        (lints.stops_within_quotes, "「そうだ。」", "「そうだ」。"),
        (lints.stops_within_quotes, "「そうだ。」と", "「一つ。もう一つ。」"),
        (lints.unopened_questions, "Qué imprime?", "¿Qué imprime? `a?b`, ¿**cuánto**? ¡Ya!"),
        (
            lints.unopened_questions,
            "¿Qué imprime.",
            "Si `x != y`, $n!$, archivo.py?raw=1, float32[?,?]",
        ),
        (lints.unopened_questions, "Listo!", "(¡listo!) “¿quién?”"),
        (lints.stops_in_quotation, "Dice “sí.” Y sigue", "Dice “sí…”. Y sigue: “a, b”, “c”."),
        (lints.spanish_percent, "un 94% menos", "un 94 % menos, `94%`"),
        (lints.brazilian_percent, "94 % menos", "94% menos, `94 %`"),
    ],
)
def test_habits_of_a_language(check, wrong, right):
    assert faults(check, "x", wrong)
    assert faults(check, "x", right) == []


CHINESE = (lints.half_width_marks, lints.spaces_in_chinese, lints.marks_of_other_scripts)


@pytest.mark.parametrize(
    "translation",
    [
        "先训练, 再评估。",
        "步骤:",
        "`x` 很好.",
        "第3轮",
        "Keras模型",
        "升到 94%之后",
        "训练 ，评估",
        "（ 见下文）",
        "联邦 学习",
        '他说"非常好"。',
        "「本地」训练",
        "94 %",
        "９４ 分",
        "ＴＦＦ",
    ],
)
def test_chinese_as_it_is_not_set(translation):
    assert any(faults(lint, "x", translation) for lint in CHINESE)


@pytest.mark.parametrize(
    "translation",
    [
        "先训练，再评估：`x[0, 1]` 和 `y`。",
        "形状为 [客户端, d]，即 (值, 算子, 值)。",
        "第 3 轮的 Keras 模型升到 94% 之后，群组(cohort)中有 {count} 个客户端",
        "给出 组 -> 数对",
        "**问问大家。** 如果“非常好”呢？",
        '见 "AISTATS 2017"，arXiv:1602.05629。',
        "公式 $x, y$ 之后，见[课程](notebooks/en/a.ipynb)。",
    ],
)
def test_chinese_as_it_is_set(translation):
    assert [faults(lint, "x", translation) for lint in CHINESE] == [[], [], []]
