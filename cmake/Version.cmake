# Which version this is: PROJECT_VERSION, and the commit that the sources are of. The commit is looked up at each build, since it changes
# without CMake's knowledge; only versions.cpp is compiled again for it.
#   cmake -DSOURCE=.. -DHEADER=.. -P cmake/Version.cmake    writes the header, where it is another

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(AGSWEEP_COMMIT_HEADER ${CMAKE_BINARY_DIR}/generated/agsweep_commit.hpp)
  add_custom_target(agsweep_commit
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DHEADER=${AGSWEEP_COMMIT_HEADER} -P ${CMAKE_CURRENT_LIST_FILE}
    BYPRODUCTS ${AGSWEEP_COMMIT_HEADER}
    COMMENT "Looking up the commit")
  return()
endif()

# In an archive that git made of a commit, commit.txt names it.
file(STRINGS ${SOURCE}/cmake/commit.txt commit LIMIT_COUNT 1)
if(NOT commit MATCHES "^[0-9a-f]+$")
  set(commit "")
  if(EXISTS ${SOURCE}/.git)
    # Also in a checkout of another user's, which is trusted by building it.
    execute_process(COMMAND git -c safe.directory=${SOURCE} -C ${SOURCE} describe --always --dirty --abbrev=40 --exclude=*
      OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()
set(text "#pragma once\n\n#define AGSWEEP_COMMIT \"${commit}\"\n")
set(before "")
if(EXISTS ${HEADER})
  file(READ ${HEADER} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${HEADER} "${text}")
endif()
