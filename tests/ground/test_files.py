"""A file is written whole or not at all, and what went wrong is said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import pytest

from tinygrad_fr.files import write_whole


@pytest.mark.parametrize("content", ["é\n", "é\n".encode(), lambda file: file.write(b"\xc3\xa9\n")])
def test_text_bytes_and_what_a_function_writes(tmp_path: Path, content: object) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    assert write_whole(file, content) == file  # type: ignore[arg-type]
    assert file.read_bytes() == "é\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_failure_leaves_the_old_file_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")

    def half(out: BinaryIO) -> None:
        out.write(b"ne")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(file, half)
    with pytest.raises(FileNotFoundError, match="No such file"):
        write_whole(tmp_path / "absent" / "a.txt", "new")
    assert file.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_what_was_written_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda n: (done.append("sync"), sync(n)))
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append("rename"), rename(a, b)))
    write_whole(tmp_path / "a.txt", "new")
    assert done == ["sync", "rename"]
