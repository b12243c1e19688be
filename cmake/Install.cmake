# `cmake --install`: a prefix that can be moved, with the program, the LibTorch libraries that it loads and GPT-2's tokenizer files.

if(NOT TARGET agsweep)  # AGSWEEP_TORCH=OFF
  return()
endif()

# A folder of their own: in lib/ itself LibTorch's libgomp would come before the system's for other programs.
set(library_dir ${CMAKE_INSTALL_LIBDIR}/agsweep)
file(RELATIVE_PATH library_path /${CMAKE_INSTALL_BINDIR} /${library_dir})
set_target_properties(agsweep PROPERTIES INSTALL_RPATH "$ORIGIN/${library_path}")

# LibTorch's libraries name $ORIGIN in their own RPATH, so they find each other there too. The rest are system packages.
string(REGEX REPLACE "([][+.*()^$?|\\])" "\\\\\\1" torch_pattern "${LIBTORCH_ROOT}/")
install(TARGETS agsweep RUNTIME_DEPENDENCY_SET libraries)
if(TARGET agsweep_cuda)
  set_target_properties(agsweep_cuda PROPERTIES INSTALL_RPATH "$ORIGIN")
  install(TARGETS agsweep_cuda RUNTIME_DEPENDENCY_SET libraries LIBRARY DESTINATION ${library_dir})
endif()
install(RUNTIME_DEPENDENCY_SET libraries
  POST_INCLUDE_REGEXES "^${torch_pattern}"
  POST_EXCLUDE_REGEXES "."
  DESTINATION ${library_dir})

install(DIRECTORY ${CMAKE_SOURCE_DIR}/.deps/gpt2 DESTINATION ${CMAKE_INSTALL_DATADIR}/agsweep)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Notices that go with the libraries: licenses/torch-2.11.0/LICENSE, and so on.
file(GLOB wheel_infos ${LIBTORCH_ROOT}/*.dist-info)
foreach(wheel_info IN LISTS wheel_infos)
  get_filename_component(wheel ${wheel_info} NAME_WLE)
  install(DIRECTORY ${wheel_info}/licenses/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/licenses/${wheel})
endforeach()
