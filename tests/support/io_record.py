"""What a power cut may leave of the files that a program wrote: a record of its calls (tests/support/io_shim.cpp), and a model of the disk.

The model promises no more than POSIX does: bytes stay once their file was synced, names once their folder was. What was not may be lost, or
be there, in any order.
"""

import pathlib
from dataclasses import dataclass, field


@dataclass
class Call:
    """A change: create, write, truncate, fsync, rename, link, unlink or mkdir."""

    name: str
    path: str
    other: str = ""
    offset: int = 0
    data: bytes = b""


def read_calls(path):
    calls = []
    with open(path, "rb") as file:
        while line := file.readline():
            name, where, other, offset, length = line.decode("utf-8", "surrogateescape").rstrip("\n").split("\t")
            calls.append(Call(name, where, other, int(offset), file.read(int(length))))
    return calls


@dataclass
class Inode:
    data: bytes = b""
    synced: bytes = b""


@dataclass
class Disk:
    """names: {path: Inode, or None for a folder}, as the program sees it; synced_names: those that stay."""

    root: str
    names: dict = field(default_factory=dict)
    synced_names: dict = field(default_factory=dict)

    def apply(self, call):
        path, names = call.path, self.names
        inode = names.get(path)
        if call.name == "mkdir":
            names[path] = None
        elif call.name == "create":
            names[path] = Inode()
        elif call.name == "write" and inode:
            inode.data = inode.data[: call.offset].ljust(call.offset, b"\0") + call.data + inode.data[call.offset + len(call.data):]
        elif call.name == "truncate" and inode:
            inode.data = inode.data[: call.offset]
        elif call.name == "unlink":
            names.pop(path, None)
        elif call.name == "link":
            names[call.other] = inode
        elif call.name == "rename":
            for name in [name for name in names if name == path or name.startswith(path + "/")]:
                names[call.other + name[len(path):]] = names.pop(name)
        elif call.name == "fsync" and inode:
            inode.synced = inode.data
        elif call.name == "fsync":
            for known in (names, self.synced_names):
                for name in [name for name in known if name.rpartition("/")[0] == path]:
                    if name in names:
                        self.synced_names[name] = names[name]
                    else:
                        del self.synced_names[name]

    def left(self, names_first=False):
        """{path: bytes, or None for a folder} after a power cut: all that need not be there is lost; names_first: but no name is."""
        names = self.names if names_first else self.synced_names
        whole = {name: inode for name, inode in names.items() if self._is_reachable(name, names)}
        return {name: inode.synced if inode else None for name, inode in whole.items()}

    def torn(self, part):
        """The same where of each file's bytes that were not synced, this part (0 to 1) is there too, and all names are."""
        def bytes_of(inode):
            if inode.data.startswith(inode.synced):
                return inode.data[: len(inode.synced) + int(part * (len(inode.data) - len(inode.synced)))]
            return inode.synced
        return {name: bytes_of(inode) if inode else None for name, inode in self.names.items()}

    def _is_reachable(self, name, names):
        parent = name.rpartition("/")[0]
        return parent == self.root or (parent in names and self._is_reachable(parent, names))


def write_out(state, root, folder):
    """Makes a state's files in a folder."""
    for name, data in sorted(state.items()):
        path = pathlib.Path(folder) / pathlib.Path(name).relative_to(root)
        path.mkdir(parents=True, exist_ok=True) if data is None else path.write_bytes(data)
