"""The help of every command: summaries, examples, width, shared options, and a fast start."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from iotmi.cli._lazy import LazyGroup
from iotmi.cli._root import root
from tests.cli.running import Here, in_shell, is_one_sentence

PAGE: Final = Path(__file__).parents[2] / "docs" / "cli.md"
CONNECTION: Final = frozenset({"--profile", "--region", "--endpoint-url"})
# Commands that call no service.
OFFLINE: Final = frozenset(
    {
        *("codes parse", "completion", "demo", "emulator", "events parse"),
        *("fleet check", "fleet status", "fleet retry", "fleet report"),
    }
)
# Commands that print no values, and so have no --json.
WITHOUT_JSON: Final = frozenset({"completion", "demo", "emulator"})
# Commands whose output has no secret in any case.
WITHOUT_SECRETS: Final = WITHOUT_JSON | {
    *("events replay", "things control", "fleet check", "fleet run", "fleet status"),
    *("fleet retry", "fleet report", "fleet diff", "fleet apply"),
}


def tree(
    command: click.Command = root, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its path."""
    yield " ".join(path), command
    if isinstance(command, LazyGroup):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from tree(found, (*path, name))


EVERY: Final = dict(tree())
LEAVES: Final = {path: each for path, each in EVERY.items() if not isinstance(each, click.Group)}
GROUPS: Final = {path: each for path, each in EVERY.items() if isinstance(each, LazyGroup)}


def options_of(command: click.Command) -> set[str]:
    """Return the names of a command's options."""
    return {name for each in command.params if isinstance(each, click.Option) for name in each.opts}


def help_of(here: Here, path: str) -> str:
    """Return the help of a command."""
    done = here(*path.split(), "--help")
    assert (done.code, done.err) == (0, "")
    return done.out


@pytest.mark.parametrize("path", EVERY)
def test_a_help_fits_and_has_an_example(path: str, here: Here) -> None:
    """A help has lines of at most 80 columns, and an example that begins with the command."""
    text = help_of(here, path)
    assert [line for line in text.splitlines() if len(line) > 80] == []
    if path not in {"demo", "emulator"}:
        assert re.search(rf"^  Examples?:\n    .*iotmi {path}", text, re.MULTILINE)


@pytest.mark.parametrize("path", GROUPS)
def test_a_summary_is_the_first_sentence_of_the_help(path: str) -> None:
    """The table of a group has the first sentence of each command's own help."""
    for name, (_, summary) in GROUPS[path].table.items():
        command = EVERY[f"{path} {name}".strip()]
        first = " ".join((command.help or "").split("\n\n")[0].split())
        assert summary == first


@pytest.mark.parametrize("path", LEAVES)
def test_the_shared_options_are_on_each_command(path: str) -> None:
    """A command that calls AWS has the connection options. One that prints values has --json."""
    options = options_of(LEAVES[path])
    if path != "emulator":
        # The emulator's --region is the one in its ARNs.
        assert (options & CONNECTION) == (frozenset() if path in OFFLINE else CONNECTION)
    assert ("--json" in options) == (path not in WITHOUT_JSON)
    assert ("--show-secrets" in options) == (path not in WITHOUT_SECRETS)


def test_a_shared_option_is_the_same_everywhere() -> None:
    """Shared options have one help each."""
    shared = CONNECTION | {"--json", "--show-secrets", "--stream-endpoint-url"}
    texts: dict[str, set[str | None]] = {name: set() for name in shared}
    for path, command in LEAVES.items():
        for each in command.params if path != "emulator" else ():
            if isinstance(each, click.Option) and each.opts[0] in shared:
                texts[each.opts[0]].add(each.help)
    assert [name for name, found in texts.items() if len(found) != 1] == []


def examples() -> Iterator[list[str]]:
    """Yield the words after `iotmi` of each example, in the help and on the page."""
    page = "\n".join(re.findall(r"^```sh$(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    for text in [page, *(command.help or "" for command in EVERY.values())]:
        for line in text.splitlines():
            found = re.match(r" *(?:echo 'eval \"\$\()?iotmi (?!--)(.*)", line)
            if found:
                yield shlex.split(re.split(r"[|<>)]", found[1])[0])


@pytest.mark.parametrize("words", list(examples()), ids=" ".join)
def test_an_example_can_be_typed(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """click accepts the words of each example. Nothing runs."""
    monkeypatch.chdir(tmp_path)
    for word in words:
        if re.fullmatch(r"[\w-]+\.\w+", word):
            (tmp_path / word).write_text("{}")
    command: click.Command = root
    context = click.Context(root)
    while isinstance(command, LazyGroup):
        found = command.get_command(context, words.pop(0))
        assert found is not None
        command = found
    command.make_context("iotmi", words).close()


def test_the_help_imports_no_command() -> None:
    """`iotmi --help` imports neither boto3 nor rich nor any command."""
    program = (
        "import sys; sys.argv = ['iotmi', '--help']; from iotmi.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name.startswith("
        "('boto', 'rich', 'iotmi.cli.', 'iotmi.client', 'iotmi.emulator'))), "
        "file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == "['iotmi.cli._errors', 'iotmi.cli._lazy', 'iotmi.cli._root']\n"


@pytest.mark.parametrize("path", GROUPS)
def test_an_unknown_command_is_wrong_usage(path: str, here: Here) -> None:
    """The exit code is 2, and the error names the word."""
    done = here(*path.split(), "nonsense")
    assert done.code == 2
    assert "No such command 'nonsense'" in done.err


@pytest.mark.parametrize("path", LEAVES)
def test_an_unknown_option_is_wrong_usage(path: str, here: Here) -> None:
    """The exit code is 2, and the error names the option."""
    done = here(*path.split(), "--nonsense")
    assert done.code == 2
    assert "--nonsense" in done.err


def test_the_exit_codes_are_in_the_help(here: Here) -> None:
    """The root's help lists each exit code."""
    text = help_of(here, "")
    assert re.findall(r"^    (\d+) ", text, re.MULTILINE) == ["0", "1", "2", "3", "130"]


def test_a_table_that_names_no_command_is_a_defect() -> None:
    """A line of the table must name a command."""
    group = LazyGroup(table={"wrong": ("iotmi.cli._errors:DONE", "Wrong.")})
    with pytest.raises(TypeError, match="must be a click command"):
        group.get_command(click.Context(group), "wrong")


def test_a_missing_rich_is_explained(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without rich, a command that needs it prints the command that installs it."""
    monkeypatch.setitem(sys.modules, "iotmi.cli.demo", None)
    monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.delitem(sys.modules, "iotmi.cli.demo")
    for name in [name for name in sys.modules if name.startswith("rich.")]:
        monkeypatch.delitem(sys.modules, name)
    done = here("demo")
    assert done.code == 1
    assert is_one_sentence(done.err, ["python -m pip install 'iotmi[cli]'"])


def test_the_module_is_the_command() -> None:
    """`python -m iotmi things --help` prints the help of `iotmi things`."""
    assert in_shell("things", "--help").out.startswith("Usage: iotmi things [OPTIONS] COMMAND")
