#pragma once

#include <hdf5.h>

#include <cstdint>

namespace agsweep {

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
