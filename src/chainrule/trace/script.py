"""The second door: a plain script, run as it is, becomes a program."""


class Script: ...


def read_script(): ...
