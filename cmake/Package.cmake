# `cpack` in a build folder: a .deb that declares which of the distribution's packages it needs, and an archive for everywhere else.

if(NOT TARGET agsweep)  # AGSWEEP_TORCH=OFF
  return()
endif()

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)  # where Debian's tools look
install(FILES CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})

# What a copy of the folder needs on another machine, told and kept.
install(CODE "
  set(prefix \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
  execute_process(COMMAND \"${CMAKE_SOURCE_DIR}/scripts/needed-packages\"
    \"\${prefix}/${CMAKE_INSTALL_BINDIR}/agsweep\" \"\${prefix}/${library_dir}/libagsweep_torch.so\"
    OUTPUT_VARIABLE packages RESULT_VARIABLE unknown ERROR_QUIET)
  if(NOT unknown)
    file(WRITE \"${CMAKE_BINARY_DIR}/printed/needs-packages.txt\" \"\${packages}\")
    file(INSTALL \"${CMAKE_BINARY_DIR}/printed/needs-packages.txt\"
      DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/doc/${PROJECT_NAME}\")
    string(REPLACE \"\\n\" \" \" packages \"\${packages}\")
    message(STATUS \"It needs these packages of the distribution: \${packages}\")
  endif()")

set(CPACK_PACKAGE_NAME agsweep)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "the agsweep maintainers")
set(CPACK_PACKAGE_CONTACT "the agsweep maintainers <maintainers@invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "hyperparameter sweeps of text classifiers over MPI ranks")
set(CPACK_PACKAGE_DESCRIPTION
  "Trains text classifiers on many MPI ranks, on CPUs and NVIDIA GPUs, with results whose bits do not depend on the number of ranks,
and sweeps their hyperparameters; goes on after crashes, kills and preemption.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)  # LibTorch is half a gigabyte, which xz takes minutes for
set(CPACK_THREADS 0)
# dpkg-shlibdeps reads off the libraries which packages, in which versions; what it starts as a program it cannot see.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
file(GLOB_RECURSE torch_libraries ${LIBTORCH_ROOT}/*.so ${LIBTORCH_ROOT}/*.so.*)
foreach(library IN LISTS torch_libraries)
  get_filename_component(folder ${library} DIRECTORY)
  list(APPEND CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${folder})
endforeach()
list(REMOVE_DUPLICATES CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "openmpi-bin, gnuplot-nox, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "slurm-client")
include(CPack)
