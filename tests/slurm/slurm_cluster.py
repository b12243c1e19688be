"""A SLURM cluster of this process's own on one machine: munged, slurmctld, and a slurmd for each node.

    with Cluster() as cluster:
        subprocess.run(["sbatch", ..], env=os.environ | cluster.environment)

It needs root and Debian's packages slurm-wlm and munge. Its keys, sockets, ports and files are its own, in a folder that goes with it: it
runs beside a SLURM or munge of the machine, and ends no process that it has not started.
"""

import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time

CONFIGURATION = pathlib.Path(__file__).resolve().parent / "cluster"
NODES = ("n1", "n2", "gpu1")
DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol")


def missing():
    """Why there can be no cluster here; None where there can."""
    absent = [name for name in DAEMONS if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin") is None]
    if absent:
        return f"no {', '.join(absent)}: the packages slurm-wlm and munge are not installed"
    return None if os.geteuid() == 0 else "SLURM's daemons run as root alone"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(happened, what, seconds=30):
    """Waits for an event, and fails with its name."""
    end = time.monotonic() + seconds
    while True:
        result = happened()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.1)


class Cluster:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="agsweep-slurm-", dir="/tmp"))  # sockets' paths must be short
        self.folder.chmod(0o755)
        self.daemons = {}
        self.environment = {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin",
                            # The nodes' ranks share a host, whose shared memory they must not take for a fast network.
                            "OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo"}
        self.configure()

    def configure(self):
        values = {"DIR": str(self.folder), "HOST": socket.gethostname().split(".")[0]}
        values |= {f"PORT{i}": str(port) for i, port in enumerate(free_ports(1 + len(NODES)))}
        for name in ("slurm.conf", "gres.conf", "cgroup.conf"):
            text = (CONFIGURATION / f"{name}.in").read_text()
            for key, value in values.items():
                text = text.replace(f"@{key}@", value)
            (self.folder / name).write_text(text)
        for name in ("state", *(f"{kind}.{node}" for node in NODES for kind in ("spool", "tmp"))):
            (self.folder / name).mkdir()
        for gpu in range(12):
            (self.folder / f"gpu{gpu}").symlink_to("/dev/null")  # gres/gpu wants devices
        (self.folder / "munge.key").write_bytes(secrets.token_bytes(128))
        (self.folder / "munge.key").chmod(0o400)

    def call(self, *command, check=True, timeout=30):
        """A command of SLURM; its stdout."""
        result = subprocess.run(list(map(str, command)), env=os.environ | self.environment, capture_output=True, text=True, timeout=timeout)
        if check and result.returncode != 0:
            raise AssertionError(f"{command}: exit {result.returncode}: {result.stdout}{result.stderr}")
        return result.stdout

    def start(self, name, *command):
        """A daemon in the foreground, which ends with this process, however that ends."""
        with (self.folder / f"{name}.messages.log").open("a") as messages:
            self.daemons[name] = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)], env=os.environ | self.environment,
                                                  cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=messages)

    def start_node(self, node):
        self.start(node, "slurmd", "-D", "-N", node)

    def __enter__(self):
        try:
            f = self.folder
            self.start("munged", "munged", "--foreground", "--force", "--key-file", f / "munge.key", "--socket", f / "munge.socket", "--pid-file",
                       f / "munged.pid", "--log-file", f / "munged.log", "--seed-file", f / "munged.seed")
            until((f / "munge.socket").exists, self.logs)
            self.start("slurmctld", "slurmctld", "-D", "-c")
            for node in NODES:
                self.start_node(node)
            until(lambda: self.call("sinfo", "-h", "-N", "-o", "%N %T", check=False).count(" idle") >= len(NODES), self.logs)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.call("scancel", "--quiet", "--user", "root", check=False)
        try:
            until(lambda: not self.call("squeue", "-h", "-o", "%i", check=False).strip(), "an empty queue", 20)
        except AssertionError:
            pass  # what stays is ended below
        for node in NODES:
            self.kill(self.processes(node))
        for daemon in reversed(self.daemons.values()):
            daemon.terminate()
        for daemon in self.daemons.values():
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def tasks(self, node):
        """{pid: environment} of what a node runs for jobs, batch scripts too."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            try:
                environment = (entry / "environ").read_bytes().split(b"\0") if entry.name.isdigit() else ()
            except OSError:
                continue
            if f"SLURM_CONF={self.environment['SLURM_CONF']}".encode() in environment and f"SLURMD_NODENAME={node}".encode() in environment:
                found[int(entry.name)] = environment
        return found

    def stepds(self, node, batch=False):
        """The slurmstepd of a node's steps, those of batch scripts only if asked for: the parents of its tasks."""
        parents = set()
        for pid, environment in self.tasks(node).items():
            if batch or any(entry.startswith(b"SLURM_STEP_ID=") for entry in environment):
                try:
                    parents.add(int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]))
                except FileNotFoundError:
                    pass  # it has ended
        return [pid for pid in parents if pid > 1 and pathlib.Path(f"/proc/{pid}/comm").read_text().startswith("slurmstepd")]

    def processes(self, node):
        return [*self.stepds(node, batch=True), *self.tasks(node)]

    def kill(self, pids):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def kill_node(self, node):
        """Ends all of a node at once, as a loss of power does, and forgets what a start of the machine does."""
        self.kill([self.daemons[node].pid, *self.processes(node)])
        self.daemons[node].wait()
        for left in [*(self.folder / f"spool.{node}").glob("*pmix*"), *(self.folder / f"tmp.{node}").iterdir()]:
            shutil.rmtree(left) if left.is_dir() else left.unlink()

    def logs(self):
        return "\n".join(f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in sorted(self.folder.glob("*.log")))
