#include "orchestrator/world/process_tree.hpp"

#include <charconv>
#include <fstream>
#include <iterator>  // std::istreambuf_iterator
#include <sstream>

namespace agsweep {

namespace fs = std::filesystem;

std::string process_file(const fs::path& proc, pid_t pid, const char* name) {
  std::ifstream file(proc / std::to_string(pid) / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> words_of(const fs::path& proc, pid_t pid) {
  std::istringstream text(process_file(proc, pid, "cmdline"));
  std::vector<std::string> words;
  for (std::string word; std::getline(text, word, '\0');) words.push_back(word);
  return words;
}

pid_t parent_of(const fs::path& proc, pid_t pid) {
  const std::string stat = process_file(proc, pid, "stat");  // "7 (name, with any characters) S 1 .."
  const std::size_t name_end = stat.rfind(')');
  pid_t parent = 0;
  if (name_end != std::string::npos && stat.size() > name_end + 4) {
    std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), parent);
  }
  return parent;
}

pid_t mpirun_above(const fs::path& proc, pid_t pid) {
  while (pid > 0 && process_file(proc, pid, "environ").find("OMPI_COMM_WORLD_RANK=") != std::string::npos) pid = parent_of(proc, pid);
  return pid;
}

}  // namespace agsweep
