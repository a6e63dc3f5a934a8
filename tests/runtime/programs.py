"""Programs that can't run, for real: what a worker becomes on the wrong computer."""

import pathlib
import struct
import textwrap

_X86_64, _AARCH64 = 62, 183  # e_machine in an ELF header
_ADDRESS = 0x400000
_HEADERS = 64 + 56  # bytes of the file header and of one program header


def elf(path: pathlib.Path, code: bytes, machine: int = _X86_64) -> pathlib.Path:
    """Writes a program that consists of these machine instructions."""
    size = _HEADERS + len(code)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01",
        *(2, machine, 1, _ADDRESS + _HEADERS, 64, 0, 0, 64, 56, 1, 0, 0, 0),
    )
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _ADDRESS, _ADDRESS, size, size, 0x1000)
    path.write_bytes(header + segment + code)
    path.chmod(0o755)
    return path


def with_an_illegal_instruction(path: pathlib.Path) -> pathlib.Path:
    """A program for this platform whose first instruction no processor has (ud2)."""
    return elf(path, b"\x0f\x0b")


def for_another_processor(path: pathlib.Path) -> pathlib.Path:
    """A program for 64-bit ARM that would loop for ever (b .)."""
    return elf(path, b"\x00\x00\x00\x14", _AARCH64)


def script(path: pathlib.Path, text: str, mode: int = 0o755) -> pathlib.Path:
    """A shell script."""
    path.write_text(textwrap.dedent(text))
    path.chmod(mode)
    return path
