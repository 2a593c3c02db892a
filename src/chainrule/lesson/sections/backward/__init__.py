"""The backward pass told step by step: the rule, its slope, what comes from above, their product, why."""

from chainrule.lesson.sections.backward.chapter import Backward

__all__ = ["Backward"]
