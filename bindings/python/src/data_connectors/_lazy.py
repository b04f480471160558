"""Properties that are computed on first access."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    lazy = functools.cached_property
else:

    class lazy(functools.cached_property):  # noqa: N801
        """A property, computed on first access and then stored in the object.

        All threads get the same value. The base class doesn't ensure that from Python 3.12 on;
        before, it has a lock, which a fork could leave held.
        """

        def __get__(self, instance: object, owner: type | None = None) -> Any:
            """Compute the value. Called once: then the attribute of the object takes precedence."""
            if instance is None:
                return self
            return vars(instance).setdefault(self.attrname, self.func(instance))
