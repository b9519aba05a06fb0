#include <array>

#include "agent/recovery/known.h"

/// What Java itself throws (JDK API documentation). Asked last: a product's own words say more.
namespace klaxon::recovery {
namespace {

using enum FailureClass;

constexpr std::array kJava{
    Known{kOutOfMemory, "java.lang.OutOfMemoryError"},
    Known{kOutOfMemory, "GC overhead limit exceeded"},
    Known{kOutOfMemory, "unable to create native thread"},

    Known{kPluginMissing, "java.lang.ClassNotFoundException"},
    Known{kPluginMissing, "java.lang.NoClassDefFoundError"},
    Known{kPluginMissing, "java.lang.NoSuchMethodError"},
    Known{kPluginMissing, "java.lang.NoSuchFieldError"},
    Known{kPluginMissing, "java.lang.AbstractMethodError"},
    Known{kPluginMissing, "java.lang.IncompatibleClassChangeError"},
    Known{kPluginMissing, "java.lang.UnsupportedClassVersionError"},
    Known{kPluginMissing, "java.lang.UnsatisfiedLinkError"},
    Known{kPluginMissing, "java.util.ServiceConfigurationError"},

    // javax.net.ssl: whom we trust and who trusts us is configured.
    Known{kConfiguration, "PKIX path"},
    Known{kConfiguration, "CertificateExpiredException"},
    Known{kConfiguration, "No connector alternative"},
    Known{kConfiguration, "javax.net.ssl.SSLHandshakeException"},
    Known{kConfiguration, "java.net.MalformedURLException"},
    Known{kConfiguration, "java.net.URISyntaxException"},
    Known{kConfiguration, "java.util.regex.PatternSyntaxException"},

    // java.nio.file: what is missing may be mounted or made again without a new configuration.
    Known{kAuthorization, "java.nio.file.AccessDeniedException"},
    Known{kAuthorization, "(Permission denied)"},
    Known{kDependency, "java.nio.file.NoSuchFileException"},
    Known{kDependency, "Not a directory"},
    Known{kDependency, "(No such file or directory)"},
    Known{kDependency, "No space left on device"},
    Known{kDependency, "Stale file handle"},
    Known{kDependency, "Read-only file system"},

    Known{kDependency, "java.net.ConnectException"},
    Known{kDependency, "java.net.UnknownHostException"},
    Known{kDependency, "java.net.NoRouteToHostException"},
    Known{kDependency, "java.net.SocketTimeoutException"},
    Known{kDependency, "java.net.http.HttpTimeoutException"},
    Known{kDependency, "java.net.http.HttpConnectTimeoutException"},
    Known{kDependency, "java.net.SocketException"},
    Known{kDependency, "java.nio.channels.ClosedChannelException"},
    Known{kDependency, "java.nio.channels.UnresolvedAddressException"},
    Known{kDependency, "java.io.EOFException"},
    Known{kDependency, "Connection reset"},
    Known{kDependency, "Broken pipe"},
    Known{kDependency, "Connection refused"},

    Known{kTransient, "java.util.concurrent.TimeoutException"},
    Known{kTransient, "java.util.ConcurrentModificationException"},
    Known{kTransient, "java.lang.InterruptedException"},
};

}  // namespace

std::span<const Known> KnownOfJava() {
  return kJava;
}

}  // namespace klaxon::recovery
