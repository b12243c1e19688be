#include "data/hdf5.hpp"

namespace agsweep {

namespace {

herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* text) {
  if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

}  // namespace

void throw_hdf5_failure() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &keep_innermost, &text);
  throw Hdf5Failure(text.empty() ? "an HDF5 call failed" : text);
}

QuietHdf5::QuietHdf5() {
  // A damaged file can leave HDF5 with objects that it cannot close, of which it would complain at the process's end, too.
  // Files lie in memory, so nothing is lost. Only the first call counts.
  H5dont_atexit();
  H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

QuietHdf5::~QuietHdf5() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

}  // namespace agsweep
