// Wine's Direct3D 12 answers E_NOTIMPL to ID3D12Device5::EnumerateMetaCommands, and DirectML then refuses the device. An answer of
// "there are none" is all it needs. The function table of the device class is the same for all devices of a process, so one entry
// of it is pointed at a function that gives this answer, before the program's own Main runs. As a startup hook this is outside
// the programs under test: they are, byte for byte, the ones that are shipped, and the product knows nothing of Wine.
using System.Runtime.InteropServices;

/// <summary>The name and the method that .NET looks for in a startup hook.</summary>
internal static unsafe partial class StartupHook
{
    /// <summary>Place of EnumerateMetaCommands in ID3D12Device5: after IUnknown, Object, Device and Device1 to Device4.</summary>
    private const int EnumerateMetaCommandsSlot = 59;

    private const int FeatureLevel11 = 0xb000;
    private const uint PageReadWrite = 4;

    private static readonly Guid _device5 = new("8b4f173b-2fea-4b80-8f58-4307191ab95d");

    public static void Initialize()
    {
        nint* device = null;
        int result = D3D12CreateDevice(0, FeatureLevel11, _device5, &device);
        if (result < 0)
        {
            throw new InvalidOperationException(
                $"Wine gives no Direct3D 12 device: 0x{result:x8}. The rig's Xvfb or Vulkan driver does not work."
            );
        }

        // The device is not released: it keeps the library, and with it the table, in the process.
        nint* slot = (nint*)*device + EnumerateMetaCommandsSlot;
        if (VirtualProtect(slot, (nuint)sizeof(nint), PageReadWrite, out _) == 0)
        {
            throw new InvalidOperationException(
                $"The Direct3D 12 function table cannot be written: error {Marshal.GetLastPInvokeError()}."
            );
        }

        *slot = (nint)(delegate* unmanaged<nint, uint*, void*, int>)&EnumerateNoMetaCommands;
    }

    [UnmanagedCallersOnly]
    private static int EnumerateNoMetaCommands(nint device, uint* count, void* descriptions)
    {
        *count = 0;
        return 0;
    }

    [LibraryImport("d3d12.dll")]
    private static partial int D3D12CreateDevice(nint adapter, int minimumFeatureLevel, in Guid id, nint** device);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    private static partial int VirtualProtect(nint* address, nuint size, uint protection, out uint former);
}
