"""What the columns of a table are to a model: its label, and the features of its vector."""

import dataclasses
from collections.abc import Sequence

from fl_course.localization import say, strung

NUMBER = "number"
CATEGORY = "category"
ARRAY = "array"

_MOST_SHOWN = 6  # categories or classes in a line


@dataclasses.dataclass(frozen=True)
class Feature:
    """A column of a table, or an array, that a model gets.

    Attributes:
        name: The column's.
        kind: "number", "category", or "array" for several numbers, such as an image.
        categories: Of a category its values as texts, in the order of its entries in the vector;
            empty otherwise.
        size: How many entries it has in the vector.
    """

    name: str
    kind: str
    categories: tuple[str, ...] = ()
    size: int = 1


@dataclasses.dataclass(frozen=True)
class Schema:
    """What was inferred of a table, or said about it; printing it shows a line for each column.

    Attributes:
        label: The label's name.
        classes: The classes' names as texts, so that a label of 0 is the first; None for
            regression, where labels are numbers.
        features: What the model gets, in the order of the vector.
    """

    label: str
    classes: tuple[str, ...] | None
    features: tuple[Feature, ...]

    @property
    def num_features(self) -> int:
        """The number of entries of an example's vector."""
        return sum(feature.size for feature in self.features)

    @property
    def num_labels(self) -> int | None:
        """The number of classes; None for regression."""
        return None if self.classes is None else len(self.classes)

    @property
    def entries(self) -> tuple[str, ...]:
        """A name for each entry of the vector, such as "bill_length_mm" and "sex=female"."""
        names: list[str] = []
        for feature in self.features:
            if feature.kind == CATEGORY:
                names += [f"{feature.name}={category}" for category in feature.categories]
            elif feature.kind == ARRAY:
                names += [f"{feature.name}[{place}]" for place in range(feature.size)]
            else:
                names.append(feature.name)
        return tuple(names)

    def __str__(self) -> str:
        width = max(len(name) for name in (self.label, *(f.name for f in self.features)))
        number = say("number")
        label = number if self.classes is None else _listed(self.classes)
        lines = [say("{name}  label    {values}", name=self.label.ljust(width), values=label)]
        for feature in self.features:
            values = number
            if feature.kind == CATEGORY:
                values = _listed(feature.categories)
            elif feature.kind == ARRAY:
                values = say("{size} numbers", size=feature.size)
            name = feature.name.ljust(width)
            lines.append(say("{name}  feature  {values}", name=name, values=values))
        return strung("\n", lines)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(_short(name) for name in names[:_MOST_SHOWN])
    if len(names) <= _MOST_SHOWN:
        return shown
    return say("{shown} and {more} more", shown=shown, more=len(names) - _MOST_SHOWN)


def _short(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= 40 else f"{name[:37]}..."
