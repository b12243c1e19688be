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
install(TARGETS agsweep)
set(own_libraries agsweep_torch)
if(TARGET agsweep_cuda)
  list(APPEND own_libraries agsweep_cuda)
endif()
set_target_properties(${own_libraries} PROPERTIES INSTALL_RPATH "$ORIGIN")
# An RPATH comes before LD_LIBRARY_PATH, a RUNPATH after it: there another LibTorch may lie, as a module of PyTorch has it.
foreach(target IN ITEMS agsweep ${own_libraries})
  target_link_options(${target} PRIVATE -Wl,--disable-new-dtags)
endforeach()
install(TARGETS ${own_libraries} RUNTIME_DEPENDENCY_SET libraries LIBRARY DESTINATION ${library_dir})
install(RUNTIME_DEPENDENCY_SET libraries
  POST_INCLUDE_REGEXES "^${torch_pattern}"
  POST_EXCLUDE_REGEXES "."
  DESTINATION ${library_dir})

install(DIRECTORY ${CMAKE_SOURCE_DIR}/.deps/gpt2 DESTINATION ${CMAKE_INSTALL_DATADIR}/agsweep)
install(FILES LICENSE README.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN licenses EXCLUDE)

# The program writes its man page and completions itself, from the option table.
function(install_printed folder name)  # ..: the arguments by which the program prints it
  string(JOIN " " arguments ${ARGN})
  install(CODE "
    execute_process(COMMAND \"$<TARGET_FILE:agsweep>\" ${arguments} OUTPUT_FILE \"${CMAKE_BINARY_DIR}/printed/${name}\" COMMAND_ERROR_IS_FATAL ANY)
    file(INSTALL \"${CMAKE_BINARY_DIR}/printed/${name}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${folder}\")")
endfunction()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/printed)
install_printed(${CMAKE_INSTALL_MANDIR}/man1 agsweep.1 man)
install_printed(${CMAKE_INSTALL_DATADIR}/bash-completion/completions agsweep completion bash)
install_printed(${CMAKE_INSTALL_DATADIR}/zsh/site-functions _agsweep completion zsh)
install_printed(${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions _agsweep completion zsh)  # where Debian's zsh looks
install_printed(${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d agsweep.fish completion fish)

# Notices that go with what is installed: licenses/gpt2.txt, licenses/torch-2.11.0/LICENSE, and so on.
install(DIRECTORY docs/licenses DESTINATION ${CMAKE_INSTALL_DOCDIR})
file(GLOB wheel_infos ${LIBTORCH_ROOT}/*.dist-info)
foreach(wheel_info IN LISTS wheel_infos)
  get_filename_component(wheel ${wheel_info} NAME_WLE)
  if(EXISTS ${wheel_info}/licenses)
    install(DIRECTORY ${wheel_info}/licenses/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/licenses/${wheel})
  endif()
endforeach()
file(GLOB notices ${LIBTORCH_ROOT}/nvidia/*/LICENSE.txt)  # where the wheel of cuSPARSELt has its own
foreach(notice IN LISTS notices)
  get_filename_component(library_folder ${notice} DIRECTORY)
  get_filename_component(library ${library_folder} NAME)
  install(FILES ${notice} DESTINATION ${CMAKE_INSTALL_DOCDIR}/licenses/nvidia_${library})
endforeach()
