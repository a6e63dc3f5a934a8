"""Takes the README's figure out of the solved notebook that draws it; run by `make build`."""

import base64
import pathlib

import nbformat

ROOT = pathlib.Path(__file__).resolve().parent.parent
(NOTEBOOK,) = (ROOT / "solutions" / "en").glob("??_federated_averaging.ipynb")
CELL = "learning_curves"
FIGURE = ROOT / "docs" / "federated_averaging.png"


def figure_bytes() -> bytes:
    """Reads the PNG of the cell `CELL`."""
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.metadata.get("fl_course", {}).get("key") == CELL:
            (output,) = (o for o in cell.outputs if "image/png" in o.get("data", {}))
            return base64.b64decode(output.data["image/png"])
    raise SystemExit(
        f"{NOTEBOOK.name} has no cell {CELL!r}; name the cell with the README's figure."
    )


if __name__ == "__main__":
    FIGURE.parent.mkdir(exist_ok=True)
    FIGURE.write_bytes(figure_bytes())
