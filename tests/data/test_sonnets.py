from fl_course import data


def test_sonnets_are_whole():
    sonnets = data.sonnets()
    assert next(iter(sonnets)) == "sonnet_01"
    assert len(sonnets) == 96
    assert sonnets["sonnet_18"][:4] == ["shall", "i", "compare", "thee"]
    assert all(80 < len(words) < 150 for words in sonnets.values())
    assert "feed'st" in sonnets["sonnet_01"]


def test_no_word_is_a_mark_alone():
    words = {word for own in data.sonnets().values() for word in own}
    assert all(word[0].isalpha() and word[-1].isalpha() for word in words)
