#pragma once

#include <cstdint>
#include <stdexcept>  // std::runtime_error
#include <string>
#include <utility>  // std::exchange

#include <hdf5.h>

namespace agsweep {

/// An HDF5 call failed; what() is the library's innermost message. Whoever knows the file turns it into an Error.
struct Hdf5Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws Hdf5Failure with the message at the bottom of HDF5's error stack.
[[noreturn]] void throw_hdf5_failure();

/// The result of an HDF5 call, which is negative when the call failed. @throws Hdf5Failure
template <typename Result>
Result hdf5(Result result) {
  if (result < 0) throw_hdf5_failure();
  return result;
}

/// Owns an HDF5 identifier; Close is the call that gives it back (H5Fclose, H5Dclose, ...).
template <herr_t (*Close)(hid_t)>
class Hdf5Handle {
 public:
  /// Takes what an HDF5 call returned. @throws Hdf5Failure when that is no identifier
  explicit Hdf5Handle(hid_t id) : id_(hdf5(id)) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Hdf5Handle& operator=(Hdf5Handle other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Hdf5Handle() {
    if (id_ >= 0) Close(id_);
  }
  hid_t get() const { return id_; }
  /// Closes now and reports what HDF5 says: a file's last bytes are written only here. @throws Hdf5Failure
  void close() { hdf5(Close(std::exchange(id_, H5I_INVALID_HID))); }

 private:
  hid_t id_;
};

using Hdf5File = Hdf5Handle<H5Fclose>;
using Hdf5Group = Hdf5Handle<H5Gclose>;
using Hdf5Dataset = Hdf5Handle<H5Dclose>;
using Hdf5Attribute = Hdf5Handle<H5Aclose>;
using Hdf5Space = Hdf5Handle<H5Sclose>;
using Hdf5Type = Hdf5Handle<H5Tclose>;
using Hdf5Properties = Hdf5Handle<H5Pclose>;

/// Keeps HDF5 from printing its error stack while it lives: the message is in the exception. To be made before any other HDF5 call.
class QuietHdf5 {
 public:
  QuietHdf5();
  QuietHdf5(const QuietHdf5&) = delete;
  QuietHdf5& operator=(const QuietHdf5&) = delete;
  ~QuietHdf5();

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// HDF5's types of a C++ integer: as it lies in a file (little endian on every machine) and in memory.
template <typename T>
struct Hdf5Integer;
template <>
struct Hdf5Integer<std::uint8_t> {
  static hid_t file() { return H5T_STD_U8LE; }
  static hid_t memory() { return H5T_NATIVE_UINT8; }
};
template <>
struct Hdf5Integer<std::uint16_t> {
  static hid_t file() { return H5T_STD_U16LE; }
  static hid_t memory() { return H5T_NATIVE_UINT16; }
};
template <>
struct Hdf5Integer<std::uint32_t> {
  static hid_t file() { return H5T_STD_U32LE; }
  static hid_t memory() { return H5T_NATIVE_UINT32; }
};
template <>
struct Hdf5Integer<std::uint64_t> {
  static hid_t file() { return H5T_STD_U64LE; }
  static hid_t memory() { return H5T_NATIVE_UINT64; }
};

}  // namespace agsweep
