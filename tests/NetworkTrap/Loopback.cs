// The one interface of a fresh network namespace. It is down at first, and `ip` is not on every machine, so it is brought up by the
// system call itself.
using System.Buffers.Binary;
using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace RsrPlugins.NetworkTrap;

internal static partial class Loopback
{
    /// <exception cref="Win32Exception">Not allowed: the process has no namespace of its own.</exception>
    public static void BringUp()
    {
        const nuint SetInterfaceFlags = 0x8914;
        const short Up = 1;
        // struct ifreq: a name of 16 bytes, then a union whose first member here is the flags.
        byte[] request = new byte[40];
        Encoding.ASCII.GetBytes("lo", request);
        BinaryPrimitives.WriteInt16LittleEndian(request.AsSpan(16), Up);
        using Socket socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (InputOutputControl((int)socket.Handle, SetInterfaceFlags, request) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Packets sent on all interfaces of the namespace since it was made: whatever is said, even to a port nobody listens on, is
    /// in it.</summary>
    public static long PacketsSent()
    {
        const int HeaderLines = 2;
        const int SentPackets = 9;
        return File.ReadAllLines("/proc/net/dev")
            .Skip(HeaderLines)
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Sum(fields => long.Parse(fields[SentPackets], CultureInfo.InvariantCulture));
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int InputOutputControl(int socket, nuint request, byte[] argument);
}
