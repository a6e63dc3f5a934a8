"""Answers to `seasons`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case

MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def made(**others):
    """What `from_table` makes with other arguments than the right ones."""

    def make():
        from fl_course import data

        names = {"client": "year", "label": "sex", "features": MEASURES, "missing": "drop"}
        return data.from_table(data.penguins(), **{**names, **others})

    return make


def from_the_file():
    from fl_course import data

    return data.from_table(
        str(data.penguins_file()),
        client="year",
        label="sex",
        features=tuple(MEASURES),
        classes=["female", "male"],
        missing="drop",
    )


def rows_dropped_before():
    from fl_course import data

    table = data.penguins().dropna()[["sex", "year", *MEASURES]]
    return data.from_table(table, client="year", label="sex")


def by_flipper():
    from fl_course import data

    table = data.penguins().dropna()
    return data.from_table(table, client="flipper_length_mm", label="sex", features=MEASURES[:2])


def from_arrays():
    from fl_course import data

    table = data.penguins().dropna().sample(frac=1, random_state=0)
    return data.from_arrays(table["year"], label=table["sex"], measures=table[MEASURES])


def mapped():
    return made()().preprocess(lambda dataset: dataset.shuffle(400, seed=0))


def schema_only():
    return made()().schema


def labels_by_hand(labels):
    def make():
        from fl_course import data

        table = data.penguins().dropna(subset=MEASURES)
        return data.from_arrays(table["year"], label=labels(table), measures=table[MEASURES])

    return make


def labels_of_complete(labels):
    def make():
        from fl_course import data

        table = data.penguins().dropna()
        return data.from_arrays(table["year"], label=labels(table), measures=table[MEASURES])

    return make


def measures_kept():
    from fl_course import data

    table = data.penguins()
    labels = np.array(table["sex"] == "male", int)
    return data.from_arrays(
        table["year"], label=labels, measures=table[MEASURES].to_numpy(), missing="keep"
    )


def from_frame(change, **others):
    """What `from_table` makes of a DataFrame that was changed before."""

    def make():
        from fl_course import data

        frame = change(data.penguins())
        names = {"client": "year", "label": "sex", "features": MEASURES, **others}
        return data.from_table(frame, **names)

    return make


def filled(frame):
    measures = frame[MEASURES].fillna(frame[MEASURES].mean())
    return frame.assign(sex=frame["sex"].fillna("unknown"), **measures)


def standardized(frame):
    frame = frame.dropna()
    measures = (frame[MEASURES] - frame[MEASURES].mean()) / frame[MEASURES].std()
    return frame.assign(**measures)


def shuffled_labels(frame):
    frame = frame.dropna()
    return frame.assign(
        sex=frame.groupby("year")["sex"].transform(lambda sexes: sexes[::-1].values)
    )


def train_part():
    from fl_course import data

    return data.split(made()(), test_share=0.3, seed=0)[0]


def one_more_number():
    return from_arrays_of([*MEASURES, "year"])


def from_arrays_of(columns):
    from fl_course import data

    table = data.penguins().dropna()
    measures = table[columns].to_numpy(float)
    clients = data.from_arrays(
        table["year"], label=np.array(table["sex"] == "male", int), measures=measures
    )
    return clients.preprocess(lambda dataset: dataset.take(400))


CASE = Case(
    right={
        "from the file": from_the_file,
        "rows dropped before": rows_dropped_before,
        "from arrays": from_arrays,
        "mapped": mapped,
        "as they are called": from_frame(lambda frame: frame.dropna(), classes=["female", "male"]),
    },
    wrong={
        "no_clients": schema_only,
        "islands": made(client="island"),
        "other_clients": made(client=None),
        "other_clients: by flipper": by_flipper,
        "other_label": made(label="species"),
        "gaps_named": from_frame(filled),
        "a_number": made(label="body_mass_g", features=MEASURES[:3]),
        "a_number: sex as 0 and 1": from_frame(
            lambda frame: frame.dropna().assign(sex=frame["sex"].eq("male") * 1.0), classes=False
        ),
        "other_birds": train_part,
        "other_birds: one less": from_frame(lambda frame: frame.dropna().iloc[1:]),
        "other_birds: Adelies": from_frame(
            lambda frame: frame[frame.species == "Adelie"], missing="drop"
        ),
        "other_birds: unknown sex is female": labels_by_hand(
            lambda table: np.array(table["sex"] == "male", int)
        ),
        "other_values": from_frame(standardized),
        "classes_turned": made(classes=["male", "female"]),
        "classes_renamed": from_frame(
            lambda frame: frame.dropna().assign(
                sex=frame["sex"].map({"female": 0, "male": 1}).astype("Int64")
            ),
            classes=True,
        ),
        "classes_renamed: first letters": from_frame(
            lambda frame: frame.dropna().assign(sex=frame["sex"].str[0])
        ),
        "classes_renamed: numbers": labels_of_complete(
            lambda table: np.array(table["sex"] == "male", int)
        ),
        "other_labels": from_frame(shuffled_labels),
        "other_number": one_more_number,
        "other_features": made(features=None),
        "other_features: with the island": made(features=[*MEASURES, "island"]),
        "kept": measures_kept,
        "other_order": made(features=MEASURES[::-1]),
    },
)
