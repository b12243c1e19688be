// safetensors_copy IN OUT: reads a file and writes it again, for parity_test.py.
#include <cstdio>  // std::fputs
#include <exception>

#include "workers/safetensors/safetensors.hpp"

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const auto file = agsweep::SafetensorsFile::read(argv[1]);
  agsweep::write_safetensors(argv[2], file.tensors(), file.metadata());
  return 0;
} catch (const std::exception& error) {
  std::fputs(error.what(), stderr);
  return 1;
}
