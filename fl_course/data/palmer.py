"""The Palmer penguins: 344 birds of three species on three islands, in three seasons.

K. B. Gorman, T. D. Williams and W. R. Fraser, "Ecological Sexual Dimorphism and Environmental
Variability within a Community of Antarctic Penguins (Genus Pygoscelis)", PLoS ONE 9(3), 2014,
doi:10.1371/journal.pone.0090081. The table is that of A. M. Horst, A. P. Hill and K. B. Gorman,
"palmerpenguins" (2020, CC0), in the Python package of the same name.
"""

import importlib.util
import pathlib

import pandas as pd

from fl_course.localization import say


def penguins_file() -> pathlib.Path:
    """The CSV file of the Palmer penguins, as it was installed.

    Raises:
        ImportError: If the package palmerpenguins is not installed.
    """
    # Read past the package's own loader, which may come to need more than the file.
    spec = importlib.util.find_spec("palmerpenguins")
    if spec is None or spec.origin is None:
        raise ImportError(
            say(
                "The package palmerpenguins is not installed. Run `fl-course setup` in a terminal, "
                "or call fl_course.setup(install=True)."
            )
        )
    return pathlib.Path(spec.origin).parent / "data" / "penguins.csv"


def penguins() -> pd.DataFrame:
    """Loads the Palmer penguins, as a table of one's own would be loaded.

    Returns:
        344 rows in the columns `species` ("Adelie", "Chinstrap" or "Gentoo"), `island` ("Biscoe",
        "Dream" or "Torgersen"), `bill_length_mm`, `bill_depth_mm`, `flipper_length_mm`,
        `body_mass_g`, `sex` ("female" or "male") and `year` (2007 to 2009). Two rows lack the
        measurements, and 11 the sex.

    Raises:
        ImportError: If the package palmerpenguins is not installed.
    """
    return pd.read_csv(penguins_file())
