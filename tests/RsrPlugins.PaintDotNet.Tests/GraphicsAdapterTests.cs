// The adapter is asked through its function table. A table made here, with DXGI's order of entries and DXGI_ADAPTER_DESC's
// published layout, shows that the right entry is called and the right bytes are read.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Moq;
using PaintDotNet.AppModel;
using PaintDotNet.Interop;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed unsafe class GraphicsAdapterTests
{
    // 128 wide characters, four 32-bit numbers, three sizes; then the LUID.
    private const int VendorOffset = 256;
    private const int LuidOffset = VendorOffset + 16 + (3 * 8);

    private static uint _vendor;
    private static uint _device;
    private static int _result;

    [Theory]
    [InlineData(0x10DEu, 0x2204u, false)]
    [InlineData(0x1414u, 0x008Cu, true)]
    public void The_adapter_is_described(uint vendor, uint device, bool isSoftware)
    {
        Assert.SkipUnless(Environment.Is64BitProcess, "Paint.NET and its adapters are 64-bit.");
        (_vendor, _device, _result) = (vendor, device, 0);
        Assert.Equal(new GraphicsAdapter(unchecked((long)0xFFFFFFFE_89ABCDEFUL), isSoftware), Find());
    }

    [Fact]
    public void An_adapter_that_does_not_answer_is_none()
    {
        _result = unchecked((int)0x887A0005);
        Assert.Null(Find());
    }

    [Fact]
    public void Without_the_service_there_is_no_adapter()
    {
        using HostServices services = new HostServices();
        Assert.Null(GraphicsAdapter.Find(services));
    }

    private static GraphicsAdapter? Find()
    {
        void** table = stackalloc void*[10];
        new Span<nint>(table, 10).Clear();
        table[8] = (delegate* unmanaged[Stdcall]<nint, byte*, int>)&GetDesc;
        void* adapter = table;
        Mock<IDxgiAdapterService> service = new Mock<IDxgiAdapterService>();
        SafeComObject handle = new SafeComObject((nint)(&adapter), ownsHandle: false);
        service.Setup(dxgi => dxgi.GetRenderingAdapter()).Returns(handle);
        using HostServices services = new HostServices();
        services.Add(service.Object);
        GraphicsAdapter? found = GraphicsAdapter.Find(services);
        Assert.True(handle.IsClosed, "the reference to the adapter was not released");
        return found;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static int GetDesc(nint adapter, byte* description)
    {
        new Span<byte>(description, VendorOffset).Fill(0x41);
        *(uint*)(description + VendorOffset) = _vendor;
        *(uint*)(description + VendorOffset + 4) = _device;
        *(uint*)(description + LuidOffset) = 0x89ABCDEF;
        *(int*)(description + LuidOffset + 4) = -2;
        return _result;
    }
}
