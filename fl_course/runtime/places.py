"""Where this notebook runs, in the words that a learner clicks there."""

import os
import platform
import sys
from typing import Literal

from fl_course import catalog
from fl_course.localization import say
from fl_course.runtime.errors import SetupError

Place = Literal["colab", "kaggle", "jupyter"]


def current() -> Place:
    """The kind of place: Google Colab, Kaggle, or any other Jupyter."""
    if "COLAB_RELEASE_TAG" in os.environ or "google.colab" in sys.modules:
        return "colab"
    if "KAGGLE_KERNEL_RUN_TYPE" in os.environ:
        return "kaggle"
    return "jupyter"


def restart() -> str:
    """How to get a fresh process here, as the beginning of a sentence."""
    return {
        "colab": say("Choose Runtime > Restart session"),
        "kaggle": say("Choose Run > Restart & clear cell outputs"),
        "jupyter": say("Restart the kernel (Kernel > Restart Kernel)"),
    }[current()]


def network() -> str:
    """How to get a network connection here, as a sentence."""
    return {
        "colab": say("Colab's own connection is down: wait a minute, then run this cell again."),
        "kaggle": (
            say(
                "Switch it on in the panel on the right (Settings > Internet; Kaggle asks for a"
                " verified phone number once), then run this cell again."
            )
        ),
        "jupyter": (
            say(
                "Connect this computer to the internet, or name your proxy in the variable "
                "HTTPS_PROXY, then run this cell again."
            )
        ),
    }[current()]


def without_tensorflow() -> str:
    """What to do where there is no TensorFlow, as sentences."""
    return {
        "colab": (
            say(
                "This runtime has no TensorFlow; Colab's TPU runtimes come without it. Choose "
                "Runtime > Change runtime type > CPU, then run this cell again."
            )
        ),
        "kaggle": (
            say(
                "This session has no TensorFlow; Kaggle's TPU sessions may come without it. "
                "Choose Settings > Accelerator > None, then run this cell again."
            )
        ),
        "jupyter": (
            say(
                "TensorFlow is not installed in this Python environment. Install the course "
                "with what it needs: `make course` in a clone, or `pip install .` there, then "
                "run this cell again."
            )
        ),
    }[current()]


def check_platform() -> None:
    """Checks that TFF's worker program exists for this computer.

    Raises:
        SetupError: If it doesn't; the message names the places where the course runs.
    """
    system, machine = platform.system(), platform.machine()
    if (system, machine) == ("Linux", "x86_64"):
        return
    if machine.lower() not in ("x86_64", "amd64"):
        # A container would be emulated: a round was seen to take 70 times as long.
        another = say("GitHub Codespaces runs it in a browser, too")
    elif system == "Windows":
        another = say("Or run the course here, inside WSL 2 with Ubuntu or in its dev container")
    else:
        another = say("Or run the course here, in its dev container (VS Code and Docker)")
    raise SetupError(
        say(
            "TensorFlow Federated runs only on Linux with an x86-64 processor, and this is "
            "{system} on {machine}. Open this notebook in Google Colab: the badge at its "
            "top leads there. {another}: {docs} says how.",
            system=system,
            machine=machine,
            another=another,
            docs=catalog.docs("places.md"),
        )
    )
