"""One default context for all threads.

TFF keeps contexts for each thread, and the default one with them: after `setup` in one thread, a
round in any other would fail for want of a context. Pools, servers and `asyncio.to_thread` run what
they are given in threads of theirs.
"""

from contextlib import AbstractContextManager
from typing import Any, ClassVar

import tensorflow_federated as tff
from tensorflow_federated.python.core.impl.context_stack import context_stack_impl

from fl_course.runtime.forks import refuse_in_a_fork


class _OneDefault(context_stack_impl.ContextStackImpl):
    """TFF's stack, whose lowest context is the same in all threads.

    What a thread installs above it, it alone sees, as ever.
    """

    _default: ClassVar[Any]  # of the class: what an instance holds, each thread has for itself

    def set_default_context(self, ctx: Any) -> None:
        """Has every thread execute in a context, unless it has installed another one."""
        super().set_default_context(ctx)  # which checks the type
        type(self)._default = ctx

    @property
    def current(self) -> Any:
        """The context that this thread executes in."""
        refuse_in_a_fork()
        return self._stack[-1] if len(self._stack) > 1 else self._default

    def install(self, ctx: Any) -> AbstractContextManager[Any]:
        """Has this thread execute in a context during a `with` block."""
        refuse_in_a_fork()
        return super().install(ctx)


def share_default_context() -> None:
    """Has `tff.framework.set_default_context` set it for all threads from here on."""
    stack = tff.framework.get_context_stack()
    if type(stack) is context_stack_impl.ContextStackImpl:
        _OneDefault._default = stack.current
        stack.__class__ = _OneDefault  # many of TFF's modules hold this very object
