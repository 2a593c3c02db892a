"""Roles: which value of a recording is the loss, which are learnt, and what every other one is."""

from chainrule.roles.calls import roles_of_call
from chainrule.roles.report import RoleReport
from chainrule.roles.roles import roles_of

__all__ = ["RoleReport", "roles_of", "roles_of_call"]
