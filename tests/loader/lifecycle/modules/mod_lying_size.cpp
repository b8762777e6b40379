// Its stamp says that it is smaller than it is.
#include <strowger/abi.hpp>

#undef STROWGER_STAMP_SIZE
#define STROWGER_STAMP_SIZE 512

[[gnu::used, gnu::retain,
  gnu::section(STROWGER_STAMP_SECTION)]] static const ::strowger::detail::module_stamp
    strowger_stamp_of_this_file{"STROWGER-MODULE",
                                STROWGER_TEXT(STROWGER_STAMP_SIZE),
                                STROWGER_ABI_TAG,
                                "mod_lying_size",
                                "1.0",
                                "",
                                "side_by_side"};
