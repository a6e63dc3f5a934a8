"""A check's limit and an alarm that was set before it, by a learner or by pytest-timeout."""

import signal
import time

import pytest

from fl_course.exercises import limits


@pytest.fixture
def rang():
    """When the alarm rang that was set before; another limit of this test's is put off so long."""
    times = []
    handler = signal.signal(signal.SIGALRM, lambda *_: times.append(time.monotonic()))
    left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    yield times
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, left, interval)


def busy_for(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def never_done():
    while True:
        pass


def test_an_alarm_for_later_rings_later(rang):
    started = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, 0.4)
    with limits.at_most(10):
        busy_for(0.1)
    assert not rang
    busy_for(1.5)  # long enough for a busy machine
    assert 0.4 <= rang[0] - started < 1.6
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_one_for_now_rings_now_and_the_limit_stays(rang):
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    started = time.monotonic()
    with pytest.raises(limits.TimeIsUp), limits.at_most(1.5):
        never_done()
    (ring,) = rang
    assert 0.1 <= ring - started < 1.5
    assert time.monotonic() - started >= 1.5


def test_one_that_rings_again_and_again_goes_on(rang):
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    with pytest.raises(limits.TimeIsUp), limits.at_most(0.8):
        never_done()
    during = len(rang)
    busy_for(0.8)
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert during >= 3
    assert len(rang) - during >= 3


def test_an_alarm_that_raises_ends_the_block(rang):
    class TooLong(Exception):
        pass

    def too_long(*_):
        raise TooLong

    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    with pytest.raises(TooLong), limits.at_most(10):
        never_done()
    assert signal.getsignal(signal.SIGALRM) is too_long


def test_without_one_nothing_is_left_behind(rang):
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(limits.TimeIsUp), limits.at_most(0.05):
        never_done()
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before
