#include "orchestrator/world/versions.hpp"

#include <string>

#include <fmt/format.h>
#include <hdf5.h>
#include <mpi.h>
#include <torch/headeronly/version.h>  // macros alone

#include "agsweep_commit.hpp"  // made by cmake/Version.cmake

namespace agsweep {

namespace {

/// "Open MPI v4.1.4": the first part of what the library says of itself.
std::string mpi_version() {
  std::string text(MPI_MAX_LIBRARY_VERSION_STRING, '\0');
  int length = 0;
  if (MPI_Get_library_version(text.data(), &length) != MPI_SUCCESS) return "unknown";  // one of the calls that need no MPI_Init
  text.resize(static_cast<std::size_t>(length));
  return text.substr(0, text.find_first_of(",\n"));
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  if (H5get_libversion(&major, &minor, &release) < 0) return "unknown";
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace

nlohmann::json versions() {
#ifdef __clang__
  const std::string compiler = "clang " __clang_version__;
#else
  const std::string compiler = "gcc " __VERSION__;
#endif
  nlohmann::json all = {
      {"agsweep", AGSWEEP_VERSION}, {"compiler", compiler}, {"libtorch", TORCH_VERSION}, {"mpi", mpi_version()}, {"hdf5", hdf5_version()}};
  if (const std::string commit = AGSWEEP_COMMIT; !commit.empty()) all["commit"] = commit;
  return all;
}

}  // namespace agsweep
