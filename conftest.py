"""What every test run needs, those of the notebooks included."""

import os

# Progress bars hold times: the kernels that nbval starts must not draw them.
os.environ["TQDM_DISABLE"] = "1"

# A learner's progress file is not the tests' business.
os.environ["FL_COURSE_PROGRESS"] = "off"
