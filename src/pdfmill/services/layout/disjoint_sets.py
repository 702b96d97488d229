"""Sets that are joined and never parted (Tarjan, "Efficiency of a good but not linear set union algorithm", 1975)."""

from __future__ import annotations


class DisjointSets:
    """At first each of the numbers below ``count`` is a set by itself."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def root(self, member: int) -> int:
        """The number that stands for the set of a member."""
        parents = self._parents
        while parents[member] != member:
            parents[member] = member = parents[parents[member]]
        return member

    def join(self, one: int, other: int) -> None:
        """Make one set of those of two members; the other's root stands for it."""
        self._parents[self.root(one)] = self.root(other)
