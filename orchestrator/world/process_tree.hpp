#pragma once

#include <sys/types.h>  // pid_t

#include <filesystem>
#include <string>
#include <vector>

namespace agsweep {

// What /proc shows of a process, of any user: see proc(5). `proc` is that folder, for tests another one.

/// A file of a process's folder; empty where it cannot be read.
std::string process_file(const std::filesystem::path& proc, pid_t pid, const char* name);

/// Its command line.
std::vector<std::string> words_of(const std::filesystem::path& proc, pid_t pid);

/// 0: none that can be seen.
pid_t parent_of(const std::filesystem::path& proc, pid_t pid);

/// mpirun: the first process above this one that has not the variable which it gives to its ranks and what they start; 0: none that can be
/// seen.
pid_t mpirun_above(const std::filesystem::path& proc, pid_t pid);

}  // namespace agsweep
