// The GPU the user chose in Paint.NET's settings: of two GPUs the wrong one is the usual complaint about plugins like this. The
// service hands out an IDXGIAdapter; the one call needed is made through its function table, so no COM wrapper is carried.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PaintDotNet.AppModel;
using PaintDotNet.Interop;

namespace RsrPlugins.PaintDotNet;

/// <summary>What identifies a DXGI adapter.</summary>
/// <param name="Luid">Locally unique identifier: high part in the upper 32 bits.</param>
/// <param name="IsSoftware">Microsoft's software renderer (WARP).</param>
internal sealed record GraphicsAdapter(long Luid, bool IsSoftware)
{
    private const uint MicrosoftVendorId = 0x1414;
    private const uint BasicRenderDriverDeviceId = 0x8C;

    /// <summary>Asks Paint.NET; null where it offers no such service or its adapter does not answer.</summary>
    public static GraphicsAdapter? Find(IServiceProvider services)
    {
        try
        {
            return OptionalService.Get(() => FromNewService(services)) ?? OptionalService.Get(() => FromOldService(services));
        }
        catch (ExternalException)
        {
            // A device that was just removed does not answer; the engine then chooses by itself.
            return null;
        }
    }

    /// <summary>From 5.1.9 on only this service is documented.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static GraphicsAdapter? FromNewService(IServiceProvider services) =>
        services.GetService(typeof(IDxgiAdapterService2)) is IDxgiAdapterService2 service ? Describe(service.GetRenderingAdapter()) : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static GraphicsAdapter? FromOldService(IServiceProvider services) =>
        services.GetService(typeof(IDxgiAdapterService)) is IDxgiAdapterService service ? Describe(service.GetRenderingAdapter()) : null;

    private static GraphicsAdapter? Describe(SafeComObject? adapter)
    {
        using (adapter)
        {
            return adapter is null || adapter.IsInvalid ? null : Describe(adapter.DangerousGetHandle());
        }
    }

    private static unsafe GraphicsAdapter? Describe(nint adapter)
    {
        // IUnknown has 3 entries, IDXGIObject 4, IDXGIAdapter::EnumOutputs 1: GetDesc is entry 8.
        delegate* unmanaged[Stdcall]<nint, AdapterDescription*, int> getDesc = (delegate* unmanaged[Stdcall]<
            nint,
            AdapterDescription*,
            int>)
            (*(void***)adapter)[8];
        AdapterDescription description;
        return getDesc(adapter, &description) < 0
            ? null
            : new GraphicsAdapter(
                ((long)description.LuidHighPart << 32) | description.LuidLowPart,
                description.VendorId == MicrosoftVendorId && description.DeviceId == BasicRenderDriverDeviceId
            );
    }

    /// <summary>DXGI_ADAPTER_DESC.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct AdapterDescription
    {
        public fixed char Description[128];
        public uint VendorId;
        public uint DeviceId;
        public uint SubSysId;
        public uint Revision;
        public nuint DedicatedVideoMemory;
        public nuint DedicatedSystemMemory;
        public nuint SharedSystemMemory;
        public uint LuidLowPart;
        public int LuidHighPart;
    }
}
