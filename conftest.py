"""What every test run needs, those of the notebooks included."""

import os

import nbval.kernel
from jupyter_client.manager import KernelManager

from fl_course.authoring.kernels import OverFiles

# Progress bars hold times: the kernels that nbval starts must not draw them.
os.environ["TQDM_DISABLE"] = "1"

# A learner's progress file is not the tests' business.
os.environ["FL_COURSE_PROGRESS"] = "off"


class _KernelManager(OverFiles, KernelManager):
    pass


nbval.kernel.KernelManager = _KernelManager
