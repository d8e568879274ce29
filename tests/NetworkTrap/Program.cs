// Shows whether a program says anything to anyone. It has to be started in a network namespace of its own (unshare --net), where
// nothing but this process can answer, and with /etc/resolv.conf naming 127.0.0.1:
//
//     networktrap watch LOG COMMAND [ARGUMENTS...]    runs the command; LOG gets what it asked for, and the number of packets
//     networktrap load LIBRARY SECONDS                loads ONNX Runtime as somebody would who takes no precautions, and waits
//
// The second is the control: a test of the first is worth something only as long as the second is caught.
using System.Diagnostics;
using System.Runtime.InteropServices;
using RsrPlugins.NetworkTrap;

switch (args)
{
    case ["watch", string log, string command, .. string[] arguments]:
        Loopback.BringUp();
        using (Listeners listeners = new Listeners(log))
        {
            using Process process = Process.Start(command, arguments);
            process.WaitForExit();
            listeners.Note($"packets {Loopback.PacketsSent()}");
            return process.ExitCode;
        }

    case ["load", string library, string seconds]:
        Unguarded.Load(library);
        Thread.Sleep(TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)));
        return 0;

    default:
        Console.Error.WriteLine("networktrap watch LOG COMMAND [ARGUMENTS...] | networktrap load LIBRARY SECONDS");
        return 2;
}

namespace RsrPlugins.NetworkTrap
{
    /// <summary>Makes an environment of ONNX Runtime and nothing else; no switch is touched.</summary>
    internal static unsafe class Unguarded
    {
        public static void Load(string path)
        {
            const uint AnyTable = 17;
            const int CreateEnv = 3;
            const int LogFatalOnly = 4;
            nint library = NativeLibrary.Load(path);
            nint* apiBase = ((delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
            nint* table = ((delegate* unmanaged<uint, nint*>)apiBase[0])(AnyTable);
            nint environment;
            fixed (byte* name = "control\0"u8)
            {
                if (((delegate* unmanaged<int, byte*, nint*, nint>)table[CreateEnv])(LogFatalOnly, name, &environment) != 0)
                {
                    throw new InvalidOperationException($"{path} makes no environment.");
                }
            }
        }
    }
}
