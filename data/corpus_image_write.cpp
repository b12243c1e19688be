#include <algorithm>  // std::clamp, std::copy
#include <cstring>    // std::strerror

#include "base/error.hpp"
#include "data/corpus_image.hpp"
#include "data/hdf5.hpp"

namespace agsweep {

namespace {

constexpr hsize_t chunk_items = 65'536;

/// A creation list of H5P_FILE_CREATE, H5P_GROUP_CREATE or H5P_DATASET_CREATE without time stamps: the same corpus, the same bytes.
Hdf5Properties creation(hid_t list_class) {
  Hdf5Properties properties(H5Pcreate(list_class));
  hdf5(H5Pset_obj_track_times(properties.get(), false));
  return properties;
}

template <typename T>
void write_dataset(const Hdf5Group& group, const char* name, const std::vector<T>& values) {
  const hsize_t count = values.size();
  const hsize_t chunk = std::clamp<hsize_t>(count, 1, chunk_items);
  const Hdf5Space space(H5Screate_simple(1, &count, nullptr));
  const Hdf5Properties properties = creation(H5P_DATASET_CREATE);
  hdf5(H5Pset_chunk(properties.get(), 1, &chunk));
  hdf5(H5Pset_fletcher32(properties.get()));
  const Hdf5Dataset dataset(H5Dcreate2(group.get(), name, Hdf5Integer<T>::file(), space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (count > 0) hdf5(H5Dwrite(dataset.get(), Hdf5Integer<T>::memory(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
}

void write_split(const Hdf5File& file, const char* name, const Split& split) {
  const Hdf5Properties properties = creation(H5P_GROUP_CREATE);
  const Hdf5Group group(H5Gcreate2(file.get(), name, H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  write_dataset(group, "tokens", split.tokens);
  write_dataset(group, "offsets", split.offsets);
  write_dataset(group, "labels", split.labels);
  write_dataset(group, "source_row", split.source_rows);
}

template <typename T>
void write_integer(const Hdf5File& file, const char* name, T value) {
  const Hdf5Space space(H5Screate(H5S_SCALAR));
  const Hdf5Attribute attribute(H5Acreate2(file.get(), name, Hdf5Integer<T>::file(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
  hdf5(H5Awrite(attribute.get(), Hdf5Integer<T>::memory(), &value));
}

/// Strings of one fixed length, since those lie in the attribute itself and so under HDF5's metadata checksum.
void write_strings(const Hdf5File& file, const char* name, const Hdf5Space& space, const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const std::string& value : values) length = std::max(length, value.size());
  std::string padded(length * values.size(), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) std::copy(values[i].begin(), values[i].end(), padded.begin() + i * length);

  const Hdf5Type type(H5Tcopy(H5T_C_S1));
  hdf5(H5Tset_size(type.get(), length));
  hdf5(H5Tset_cset(type.get(), H5T_CSET_UTF8));
  hdf5(H5Tset_strpad(type.get(), H5T_STR_NULLPAD));
  const Hdf5Attribute attribute(H5Acreate2(file.get(), name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
  hdf5(H5Awrite(attribute.get(), type.get(), padded.data()));
}

void write_info(const Hdf5File& file, const CorpusInfo& info) {
  write_integer(file, "format_version", corpus_format_version);
  const hsize_t classes = info.class_names.size();
  write_strings(file, "class_names", Hdf5Space(H5Screate_simple(1, &classes, nullptr)), info.class_names);
  write_strings(file, "tokenizer_sha256", Hdf5Space(H5Screate(H5S_SCALAR)), {info.tokenizer_sha256});
  write_strings(file, "source_sha256", Hdf5Space(H5Screate(H5S_SCALAR)), {info.source_sha256});
  write_integer(file, "max_length", static_cast<std::uint64_t>(info.max_length));
  write_integer(file, "seed", info.seed);
  write_strings(file, "join", Hdf5Space(H5Screate(H5S_SCALAR)), {std::string(to_word(info.join))});
  write_integer(file, "synthetic", static_cast<std::uint8_t>(info.synthetic));
}

/// HDF5's callback for a file in memory that needs `size` bytes; the file is the std::string `bytes`.
void* resize(void*, std::size_t size, H5FD_file_image_op_t, void* bytes) {
  auto& file = *static_cast<std::string*>(bytes);
  try {
    file.resize(size);
  } catch (const std::exception&) {  // out of memory: HDF5 fails the write
    return nullptr;
  }
  return file.data();
}

/// Access to a file that lies in `bytes` alone, and whole once it is closed. (H5Fget_file_image would need no callbacks, but
/// spoils the checksum of the superblock in HDF5 1.10.)
Hdf5Properties access_in_memory(std::string& bytes) {
  Hdf5Properties access(H5Pcreate(H5P_FILE_ACCESS));
  hdf5(H5Pset_fapl_core(access.get(), 1, /*backing_store=*/false));
  H5FD_file_image_callbacks_t callbacks{};
  callbacks.image_realloc = &resize;
  callbacks.image_free = [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; };
  callbacks.udata_copy = [](void* same) { return same; };
  callbacks.udata_free = [](void*) -> herr_t { return 0; };
  callbacks.udata = &bytes;
  hdf5(H5Pset_file_image_callbacks(access.get(), &callbacks));
  // The format of HDF5 1.10, whose metadata carry checksums, the index of chunks too.
  hdf5(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110));
  return access;
}

}  // namespace

std::string corpus_image(const Corpus& corpus, const std::string& name) {
  const QuietHdf5 quiet;
  std::string bytes;
  try {
    Hdf5File file(H5Fcreate("image", H5F_ACC_TRUNC, creation(H5P_FILE_CREATE).get(), access_in_memory(bytes).get()));
    write_info(file, corpus.info);
    write_split(file, "train", corpus.train);
    write_split(file, "val", corpus.val);
    write_split(file, "test", corpus.test);
    file.close();
  } catch (const Hdf5Failure& failure) {
    throw RunTimeError("{}: cannot be made: {}", name, failure.what());
  }
  return bytes;
}

}  // namespace agsweep
