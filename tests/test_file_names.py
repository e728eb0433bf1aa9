"""Names of files made of texts from data."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from tests import invented

from riverline.io.file_names import file_names

NAMES = st.lists(
    st.text(st.characters(), max_size=40) | st.sampled_from(["a", "A", "a~2", "con", "..", "é", "e\u0301"])
)


@given(NAMES)
def test_names_differ_and_stay_in_their_folder(texts):
    names = file_names(texts, fallback="layer")
    assert len(names) == len(texts)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[\w\-·（）()~]+", name), name
        assert len(name.encode("utf-8")) <= 200
        assert not re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", name)


def test_hostile_and_long_names(tmp_path):
    texts = [*invented.HOSTILE, "河" * 300, "../../etc/passwd", "NUL", "\ud800"]
    for name in file_names(texts, fallback="river"):
        (tmp_path / f"{name}.html").write_text("x")
    assert len(list(tmp_path.iterdir())) == len(texts)


def test_the_first_of_a_name_keeps_it():
    assert file_names(["白溪", "白溪", "白溪~2"], fallback="x") == ["白溪", "白溪~2", "白溪_2"]
