# limpid_flags: warnings as errors, no contraction of a*b+c (bits are promised), sanitizers.
include(CheckCXXCompilerFlag)
set(_cxx -Wall -Wextra -Wpedantic -Wshadow -Wconversion -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND _cxx -Wno-restrict) # false alarms on std::string's operator+ (GCC bug 105651)
endif()
if(LIMPID_WERROR)
  list(APPEND _cxx -Werror)
  # Warnings that follow values through inlined code differ from one compiler, optimisation level and sanitizer to the
  # next, with false alarms in the standard library: errors only in the plain build of the compiler that CI runs.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND (LIMPID_SANITIZE OR NOT CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13))
    set(_quiet -Wno-error=)
    if(LIMPID_SANITIZE)
      set(_quiet -Wno-)
    endif()
    foreach(_name maybe-uninitialized array-bounds stringop-overflow stringop-overread restrict free-nonheap-object
                  null-dereference dangling-reference dangling-pointer)
      check_cxx_compiler_flag(-W${_name} LIMPID_HAS_W_${_name})
      if(LIMPID_HAS_W_${_name})
        list(APPEND _cxx ${_quiet}${_name})
      endif()
    endforeach()
  endif()
  set(_cuda_werror --Werror=all-warnings)
endif()

add_library(limpid_flags INTERFACE)
target_compile_options(limpid_flags INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${_cxx}>"
  "$<$<COMPILE_LANGUAGE:CUDA>:--fmad=false;-Xcompiler=-Wall,-Wextra,-ffp-contract=off;${_cuda_werror}>")
if(LIMPID_SANITIZE)
  target_compile_options(limpid_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${LIMPID_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all>)
  target_link_options(limpid_flags INTERFACE -fsanitize=${LIMPID_SANITIZE})
endif()
