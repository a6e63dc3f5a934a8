"""Client data out of the table, by season."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake
from fl_course.exercises.judging import shown
from fl_course.localization import joined

MEASURES = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
_SEASONS = ["2007", "2008", "2009"]
_ISLANDS = ["Biscoe", "Dream", "Torgersen"]


def _judge(answer: Any) -> Found:
    import tensorflow_federated as tff

    if not isinstance(answer, tff.simulation.datasets.ClientData):
        return Mistake("no_clients", type=type(answer).__name__)
    ids = [str(client_id) for client_id in answer.client_ids]
    if sorted(ids) == _ISLANDS:
        return "islands"
    if sorted(ids) != _SEASONS:
        return Mistake("other_clients", count=len(ids), first=repr(ids[0]))
    element = answer.element_type_structure
    if not isinstance(element, dict) or "label" not in element or len(element) != 2:
        return OTHER
    (name,) = (name for name in element if name != "label")
    found = {client_id: _examples(answer, client_id, name) for client_id in answer.client_ids}
    features = np.concatenate([one for one, _ in found.values()])
    labels = np.concatenate([other for _, other in found.values()])
    if features.ndim != 2:
        return OTHER
    schema = getattr(answer, "schema", None)
    if problem := _label_problem(labels, schema):
        return problem
    if features.shape[1] != len(MEASURES):
        return _other_features(features.shape[1], schema)
    if np.isnan(features).any():
        return "kept"
    table = _table()
    order = _order(features, table)
    if order is not None and order != list(MEASURES):
        return Mistake("other_order", seen=joined([f"`{name}`" for name in order]))
    seasons = {k: table[table.year.astype(str) == k] for k in _SEASONS}
    for season, rows in seasons.items():
        if (count := len(found[season][1])) != len(rows):
            return Mistake("other_birds", season=season, count=count, wanted=len(rows))
    for season, rows in seasons.items():
        if problem := _other_values(season, found[season][0], rows):
            return problem
    if all(_same(*found[season], rows) for season, rows in seasons.items()):
        return _other_names(schema)
    turned = all(_same(features, 1 - labels, seasons[k]) for k, (features, labels) in found.items())
    return "classes_turned" if turned else "other_labels"


def _examples(answer: Any, client_id: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    dataset = answer.create_tf_dataset_for_client(client_id)
    batches = list(dataset.batch(1000).as_numpy_iterator())
    return (
        np.concatenate([batch[name] for batch in batches]),
        np.concatenate([batch["label"] for batch in batches]),
    )


def _table() -> Any:
    from fl_course import data

    return data.penguins().dropna(subset=[*MEASURES, "sex"])


def _label_problem(labels: np.ndarray, schema: Any) -> Found:
    name = getattr(schema, "label", "label")
    if labels.dtype.kind not in "iu":
        return Mistake("a_number", name=name)
    values = np.unique(labels)
    if len(values) == 2:
        return None
    classes = getattr(schema, "classes", None) or [str(value) for value in values]
    if name == "sex":
        texts = joined([f"`{value}`" for value in classes])
        return Mistake("gaps_named", values=texts, count=len(labels), wanted=len(_table()))
    shown_ = [f"`{value}`" for value in classes[:4]]
    return Mistake("other_label", name=name, count=len(classes), first=joined(shown_))


def _other_features(count: int, schema: Any) -> Mistake:
    if schema is None:
        return Mistake("other_number", count=count, wanted=len(MEASURES))
    names = joined([f"`{feature.name}`" for feature in schema.features])
    return Mistake("other_features", count=count, names=names, wanted=len(MEASURES))


def _other_values(season: str, features: np.ndarray, rows: Any) -> Found:
    """The first measurement whose values, sorted, are not those of the season's birds."""
    for column, name in enumerate(MEASURES):
        found, wanted = np.sort(features[:, column]), np.sort(rows[name].to_numpy(float))
        differs = ~np.isclose(found, wanted, rtol=1e-5)
        if differs.any():
            first = int(np.argmax(differs))
            got, right = shown.in_digits(float(found[first]), float(wanted[first]))
            return Mistake("other_values", season=season, name=name, got=got, wanted=right)
    return None


def _same(features: np.ndarray, labels: np.ndarray, rows: Any) -> bool:
    """Whether these are the season's examples, in whatever order."""
    wanted = np.column_stack([rows[list(MEASURES)], rows.sex == "male"])
    found = np.column_stack([features, labels])
    if found.shape != wanted.shape:
        return False
    ones, others = (array[np.lexsort(array.T.round(3))] for array in (found, wanted))
    return np.allclose(ones, others, rtol=1e-5)


def _other_names(schema: Any) -> Found:
    """The mistake, if the classes are called otherwise. Without a schema they have no names."""
    classes = getattr(schema, "classes", None)
    if classes is None or list(classes) == ["female", "male"]:
        return None
    return Mistake("classes_renamed", seen=joined([f"`{name}`" for name in classes]))


def _order(features: np.ndarray, table: Any) -> list[str] | None:
    """Which measurement each column of the vectors is."""
    means = table[list(MEASURES)].mean()
    names = []
    for mean in features.mean(axis=0):
        near = [name for name in MEASURES if abs(means[name] - mean) < 0.01 * means[name]]
        names += near
    return names if sorted(names) == sorted(MEASURES) else None


def _reference() -> Any:
    from fl_course import data

    return data.from_table(
        data.penguins(), client="year", label="sex", features=MEASURES, missing="drop"
    )


def _with_schema(answer: Any) -> Any:
    """The lesson reads sizes from the schema, which a dataset that was mapped has lost."""
    return answer if hasattr(answer, "schema") else _reference()


EXERCISE = Exercise(
    id="seasons",
    expects="client data, as `data.from_table` makes them, with the three seasons as clients, the "
    "sex as label and the four measurements as features",
    judge=_judge,
    reference=_reference,
    hints=(
        "It is one call of `data.from_table` with other names in it. `client=` and `label=` each "
        "name a column of the table.",
        "`features=` takes the list of the four measurements, which the cell above has under the "
        "name `MEASURES`.",
        "Birds whose sex is not known can't be examples of it. What `missing=` may say stands in "
        "the text above: one of the three words leaves such rows out.",
    ),
    mistakes={
        "no_clients": "This is of type `{type}`. Wanted are client data: the result of "
        "`data.from_table`.",
        "islands": "The clients are the islands, as before. Which column says the season?",
        "other_clients": "The number of clients is {count}, and the first is called {first}. "
        "Wanted are the three seasons: 2007, 2008 and 2009.",
        "other_label": "The label `{name}` is one of {count}: {first}. Here the sex is to be "
        "predicted, and has two.",
        "gaps_named": "The sex of {count} birds is one of {values}. Rows that lack a value are to "
        "be left out, not filled or kept under another name; {wanted} birds are left then.",
        "a_number": "The label `{name}` is a number to be estimated, not a class. Wanted is the "
        "sex, female or male: a column of texts becomes classes, unless `classes=False` is said.",
        "other_features": "An example has {count} numbers, from the columns {names}. Wanted are "
        "the {wanted} of `MEASURES`, and no others.",
        "other_number": "An example has {count} numbers. Wanted are the {wanted} of `MEASURES`, "
        "and no others.",
        "other_birds": "Season {season} has {count} birds; {wanted} birds of it lack nothing. Only "
        "rows that lack a value are to be left out, and all the others are to be there.",
        "other_values": "In season {season}, the values of `{name}` are not those of the file. "
        "Sorted, the first that differs is {got}; in the file it is {wanted}.",
        "classes_turned": "The classes are in the order male, female. Wanted is female first, as "
        "`from_table` has them by itself; the next cell counts them in this order.",
        "classes_renamed": "The examples are right, and the classes are called {seen}. Wanted are "
        "the names that the file has, female and male: whoever reads a forecast later has nothing "
        "else to read it by.",
        "other_labels": "The birds and their measurements are there, and the labels do not go with "
        "them: some birds have another's.",
        "kept": "Some examples have NaN in them. Rows that lack a value are to be left out.",
        "other_order": "The measurements are in the order {seen}. The order is part of what a "
        "model learns; take that of `MEASURES`.",
    },
    right="Another question to the same file, and nothing but names has changed.",
    adapt=_with_schema,
)
