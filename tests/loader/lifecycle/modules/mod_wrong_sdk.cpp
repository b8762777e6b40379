// Its stamp was made for another SDK.
#include <strowger/module.hpp>

#undef STROWGER_SDK_NUMBER
#define STROWGER_SDK_NUMBER "0"

STROWGER_STAMP("mod_wrong_sdk", "1.0", "", "side_by_side")
