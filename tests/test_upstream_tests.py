"""The tool that runs TFF's own tests, on a checkout of one file."""

import json
import pathlib
import subprocess
import sys

import pytest

TOOL = pathlib.Path(__file__).parent.parent / "tools" / "upstream_tests.py"

TEST_FILE = """
from absl.testing import absltest
from tensorflow_federated.python import core
from tensorflow_federated.python import only_in_tree

class CaseTest(absltest.TestCase):
  def test_wheel_first(self):
    self.assertFalse(hasattr(core, "FROM_THE_TREE"))

  def test_helper_of_the_tree(self):
    self.assertEqual(only_in_tree.ANSWER, 42)

  def test_removed_methods(self):
    self.assertEquals(1, 1)
    self.assertDictContainsSubset({"a": 1}, {"a": 1, "b": 2})

  def test_bad(self):
    self.assertEqual(1, 2)

  def test_skipped(self):
    self.skipTest("for a reason")

if __name__ == "__main__":
  absltest.main()
"""
NAME = "tensorflow_federated/python/case_test.py"


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout" / "tensorflow_federated" / "python"
    folder.mkdir(parents=True)
    (folder / "case_test.py").write_text(TEST_FILE)
    (folder / "core.py").write_text("FROM_THE_TREE = True\n")
    (folder / "only_in_tree.py").write_text("ANSWER = 42\n")
    return tmp_path / "checkout"


def run(checkout, deviations):
    listed = checkout / "deviations.toml"
    listed.write_text("".join(f"{json.dumps(key)} = 'why'\n" for key in deviations))
    return subprocess.run(
        [sys.executable, TOOL, checkout, "case", "--deviations", listed],
        capture_output=True,
        text=True,
        check=False,
    )


def test_known_deviations_are_no_surprise(checkout):
    done = run(checkout, [f"{NAME}::CaseTest.test_bad"])
    assert done.returncode == 0, done.stdout + done.stderr
    row = done.stdout.splitlines()[1].split()
    assert row[:4] == ["5", "3", "1", "1"]
    assert row[5] == NAME


def test_failures_and_deviations_that_vanished_are_surprises(checkout):
    done = run(checkout, [f"{NAME}::CaseTest.test_wheel_first"])
    assert done.returncode == 1
    assert f"{NAME}::CaseTest.test_bad\n    failed: AssertionError: 1 != 2" in done.stdout
    assert f"{NAME}::CaseTest.test_wheel_first\n    is listed as a deviation" in done.stdout
    assert "2 surprises" in done.stdout
