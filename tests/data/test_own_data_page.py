"""What docs/own-data.md shows is what happens."""

import pathlib
import re

import numpy as np
from PIL import Image

from fl_course import data

ROOT = pathlib.Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "own-data.md").read_text()


def test_the_page_runs_from_top_to_bottom(tmp_path, monkeypatch, capsys):
    rows = ["clinic,age,ward,outcome"]
    clinics, wards = ("north", "south"), ("eye", "heart")
    for i in range(40):
        rows.append(f"{clinics[i % 2]},{i},{wards[i // 20]},ill")
        rows.append(f"{clinics[i % 2]},,heart,ill")
        rows.append(f"{clinics[i % 2]},{i},eye,well")
    (tmp_path / "visits.csv").write_text("\n".join(rows))
    for person in ("anna", "ben"):
        (tmp_path / "photos" / person / "cat").mkdir(parents=True)
        Image.new("L", (30, 40)).save(tmp_path / "photos" / person / "cat" / "1.png")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {"data": data, "np": np}
    for block in blocks:
        exec(block, names)
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert capsys.readouterr().out == shown
    assert names["later"].schema == names["clients"].schema
    assert names["photos"].element_type_structure["pixels"].shape == (28, 28)
    for dealt in ("alike", "few_labels", "skewed", "unequal"):
        assert len(names[dealt].client_ids) == 4
    assert len(names["known"].client_ids) == len(names["strangers"].client_ids) == 1
    assert data.label_counts(names["test"]).keys() == {"north", "south"}
