// safetensors_copy IN OUT: reads a file and writes it again, for parity_test.py.

#include "tests/support/helper_program.hpp"
#include "workers/safetensors/safetensors.hpp"

int main(int argc, char** argv) {
  return agsweep::testing_support::run_helper(argc, argv, [](const std::vector<std::string>& words) {
    if (words.size() != 2) return false;
    const auto file = agsweep::SafetensorsFile::read(words[0]);
    agsweep::write_safetensors(words[1], file.tensors(), file.metadata());
    return true;
  });
}
